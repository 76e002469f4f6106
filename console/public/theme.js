// Runs before the first paint. Without a stored choice the system decides.
(function () {
  try {
    var choice = localStorage.getItem('darkroom-theme');
    if (choice === 'dark' || choice === 'light') document.documentElement.dataset.theme = choice;
  } catch {
    // Storage may be forbidden; the system theme stays.
  }
})();
