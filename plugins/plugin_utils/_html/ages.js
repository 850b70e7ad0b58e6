'use strict';
// How long ago something was made: the browser's time less the seconds since 1970 in data-made.
const ages = (() => {
  const MINUTE = 60;

  const span = (seconds) => {
    const minutes = Math.floor(seconds / MINUTE);
    const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
    if (days) return `${days}d ${hours}h`;
    return hours ? `${hours}h ${minutes % 60}m` : `${minutes}m`;
  };

  // Writes the age into an element; returns it in seconds, and whether it is above the seconds in data-old-after.
  const show = (element) => {
    const age = Date.now() / 1000 - Number(element.dataset.made);
    // The reader's clock may run behind that of the round.
    element.textContent = age < MINUTE ? '' : `, ${span(age)} ago`;
    return [age, age >= Number(element.dataset.oldAfter)];
  };

  const watch = (showAges) => {
    showAges();
    setInterval(showAges, 30 * 1000);
  };

  const showLocalTimes = () => {
    for (const time of document.querySelectorAll('time')) {
      time.title = `${new Date(time.dateTime).toLocaleString()} where you are`;
    }
  };

  return { span, show, watch, showLocalTimes };
})();
