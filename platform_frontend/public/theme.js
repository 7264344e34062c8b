// Before the page is drawn: the theme that was chosen last, else the machine's. stores/preferences.ts takes over then.
(function () {
  var chosen = null
  try {
    chosen = localStorage.getItem('microservo.theme')
  } catch {
    // Storage is closed to us: the machine's theme it is.
  }
  var dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  document.documentElement.classList.toggle('dark', dark)
})()
