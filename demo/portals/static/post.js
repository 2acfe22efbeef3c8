// Saves a click; without it the visible button does the same.
document.getElementById("doorgaan").submit();
