# The one image that the service, the workers and the schedule run from.  Built from the lock; nothing of a build stays.
#
#     docker build -t pharmcheck .

FROM python:3.13-slim-bookworm AS build
# The same uv as the Makefile's.
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /src
ENV UV_PROJECT_ENVIRONMENT=/opt/pharmcheck UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
# Dependencies first: they change less often than the code.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --extra workers --extra postgres --no-install-project
COPY README.md LICENSE ./
COPY rules rules
COPY pharmcheck pharmcheck
COPY workers workers
RUN uv sync --frozen --no-dev --extra workers --extra postgres --no-editable

FROM python:3.13-slim-bookworm
# A fixed number, so that a volume keeps its owner; no shell, no home to write to.
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin pharmcheck \
 && install -d -o pharmcheck -g pharmcheck -m 0700 /data
COPY --from=build /opt/pharmcheck /opt/pharmcheck
ENV PATH=/opt/pharmcheck/bin:$PATH PYTHONUNBUFFERED=1 PHARMCHECK_DATA_DIR=/data
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
CMD ["pharmcheck", "serve", "--host", "0.0.0.0", "--port", "8000"]
