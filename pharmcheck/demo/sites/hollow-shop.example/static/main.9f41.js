"use strict";
// Draws the whole shop in a browser; without one there is nothing to read.
(function () {
  var goods = [
    ["Tramadol 50 mg, 60 pills", "$89.00"],
    ["Tramadol 100 mg, 90 pills", "$149.00"],
    ["Viagra 100 mg, 30 pills", "$39.00"],
    ["Cialis 20 mg, 30 pills", "$45.00"],
    ["Propecia 1 mg, 90 pills", "$52.00"]
  ];
  var cards = "";
  for (var i = 0; i < goods.length; i++) {
    cards += '<li class="product"><h3>' + goods[i][0] + '</h3><span class="price">' + goods[i][1] +
      '</span><button type="button">Add to cart</button></li>';
  }
  document.getElementById("root").innerHTML =
    '<header><a href="/">Hollow Shop</a><nav><a href="/#/shop">Shop</a> <a href="/#/faq">FAQ</a> ' +
    '<a href="/#/contact">Contact</a></nav></header>' +
    "<main><h1>Tramadol and more, sent to your door</h1>" +
    "<p>You do not need a prescription to order tramadol from us. Choose a pack, pay by card or Bitcoin, and the " +
    "courier is with you in four days.</p>" +
    '<ul class="products">' + cards + "</ul></main>" +
    "<footer><p>Hollow Shop ships to more than forty countries.</p></footer>";
})();
