(() => {
  const byId = (id) => document.getElementById(id);
  const ends = [...document.querySelectorAll('.ago')];

  ages.watch(() => {
    ages.show(byId('ago'));
    let late = 0;
    for (const end of ends) {
      const [, isOld] = ages.show(end);
      end.closest('td').querySelector('.late').hidden = !isOld;
      late += isOld;
    }
    byId('late').textContent = late;
    byId('old').hidden = late === 0;
  });
  ages.showLocalTimes();
})();
