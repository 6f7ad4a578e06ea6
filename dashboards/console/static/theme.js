// Before anything is drawn, so that a dark page never flashes white. A classic script: modules come too late.
{
  const chosen = localStorage.getItem('sidelight-theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
}
