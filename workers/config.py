"""Every setting of Celery that we do not leave alone, with its reason.  Times follow from ours, so none can disagree.

    shift_s + longest check  <  soft limit  <  hard limit  <  visibility time-out

The lease is shorter than all of them and renewed while a check is worked on: it says that somebody lives, not how
long a task may take.
"""

from __future__ import annotations

from typing import Any

from pharmcheck.broker import CHECK, NETWORKS, PRUNE, RECHECK, SWEEP, SYNC, WATCH, transport
from pharmcheck.settings import Settings
from workers.schedule import schedule

JUDGING_S = 60.0
"""What a check may take beyond its visit; as in `pharmcheck.shift`."""
_ROOM_S = 30.0  # between the limit that asks and the one that kills: time to give rows back
_CHORE_S = 120.0
_SYNC_S = 3600.0  # a list of many gigabytes over a slow line

_MOST_KB = 1_000_000
"""Memory above which a process ends after its shift, and a fresh one begins: a quarter of it is the rules, which all
share, and 25 sites may hold 16 MB each."""


def soft_limit_s(settings: Settings) -> float:
    """How long a task of checks may take before it is asked to end."""
    return settings.shift_s + settings.visit_deadline_s + JUDGING_S + _ROOM_S


def configuration(settings: Settings) -> dict[str, Any]:
    """The settings of Celery that ours make."""
    soft_s = soft_limit_s(settings)
    longest_s = max(soft_s, _SYNC_S) + _ROOM_S
    return transport(settings, longest_s) | {
        "task_annotations": {
            CHECK: _limits(soft_s),
            **{name: _limits(_CHORE_S) for name in (SWEEP, RECHECK, PRUNE, NETWORKS, WATCH)},
            SYNC: _limits(_SYNC_S),
        },
        "task_acks_late": True,  # no process holds a message that it does not work on
        "worker_prefetch_multiplier": 1,  # likewise no worker
        # A child that is killed is done with its message.  With True a site that kills its child would do so for ever
        # (measured: four times in 15 s); its row comes back by its lease, three times.
        "task_reject_on_worker_lost": False,
        "task_acks_on_failure_or_timeout": True,  # likewise
        "task_track_started": False,  # the row says so
        "task_send_sent_event": False,
        "worker_send_task_events": False,  # nobody listens; metrics come from the workers themselves
        # Whoever writes to the broker could shut workers down, or make them reveal their configuration.
        "worker_enable_remote_control": False,
        # Checks go on while Redis is away, as far as they may: see `workers.polite`.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_enable_prefetch_count_reduction": False,  # one message a process needs no careful start
        "broker_connection_retry_on_startup": True,  # compose starts everything at once
        "broker_connection_retry": True,
        "broker_connection_max_retries": None,  # Redis comes back; a worker that gave up does not
        "worker_pool": "prefork",  # the only one whose limits hold against a parser that does not return
        "worker_max_memory_per_child": _MOST_KB,
        "worker_proc_alive_timeout": 60.0,  # a busy machine starts a child slowly; 4 s kills it while it begins
        "worker_hijack_root_logger": False,  # JSON lines as everywhere: `workers.lifecycle`
        "worker_redirect_stdouts": False,
        "beat_scheduler": "celery.beat:Scheduler",  # in memory: nothing on the list minds being begun anew
        "beat_max_loop_interval": 5.0,
        "beat_schedule": schedule(settings),
        "timezone": "UTC",
    }


def _limits(soft_s: float) -> dict[str, float]:
    return {"soft_time_limit": soft_s, "time_limit": soft_s + _ROOM_S}
