(() => {
  const byId = (id) => document.getElementById(id);

  ages.watch(() => {
    const [age, isOld] = ages.show(byId('ago'));
    byId('old').hidden = !isOld;
    if (isOld) byId('old').textContent = `This page is ${ages.span(age)} old. Locks may have changed hands since. If no newer page appears, check whether the rounds still run.`;
    // The words change each half minute: a screen reader is told of the warning once, by the line above alone.
  });
  ages.showLocalTimes();

  const table = byId('table');
  if (!table) return;

  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
  // Without the command: its words stand in each row of a claimed lock, so they would match all of them.
  const textOf = (row) => row.textContent.replace(row.querySelector('.release')?.textContent ?? '', '').toLowerCase();
  const rows = [...body.rows].map((row, place) => ({
    row,
    place,
    text: textOf(row),
    keys: [...row.cells].map((cell) => {
      if (cell.dataset.sort === undefined) return cell.textContent.trim() || null;
      return cell.dataset.sort === '' ? null : Number(cell.dataset.sort);
    }),
  }));
  const [find, pool, verdict, order] = ['find', 'pool', 'verdict', 'order'].map(byId);

  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const group = verdict.value.startsWith('group:') ? verdict.value.slice(6) : null;
    let shown = 0;
    for (const { row, text } of rows) {
      const fits = words.every((word) => text.includes(word))
        && (!pool.value || row.dataset.pool === pool.value)
        && (!verdict.value || (group ? row.dataset.group === group : row.dataset.verdict === verdict.value));
      row.hidden = !fits;
      shown += fits;
    }
    byId('shown').textContent = shown === rows.length ? '' : `${shown} of ${rows.length} locks`;
    byId('nothing').hidden = shown > 0;
  };

  const compare = (one, other) => {
    if (typeof one === 'number' && typeof other === 'number') return one - other;
    return collator.compare(String(one), String(other));
  };

  const sort = (column, descending) => {
    const sign = descending ? -1 : 1;
    const sorted = [...rows].sort((one, other) => {
      const [first, second] = [one.keys[column], other.keys[column]];
      // What is missing comes last, whichever way the rest is sorted.
      if (first === null || second === null) return (first === null) - (second === null) || one.place - other.place;
      return sign * compare(first, second) || one.place - other.place;
    });
    body.append(...sorted.map(({ row }) => row));
    heads.forEach((head, number) => {
      if (number === column) head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    });
    order.value = `${column} ${descending ? 'down' : 'up'}`;
  };

  const sortBy = (value) => {
    const [column, way] = value.split(' ');
    sort(Number(column), way === 'down');
  };

  heads.forEach((head, column) => {
    const title = head.textContent;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = title;
    button.addEventListener('click', () => sort(column, head.getAttribute('aria-sort') === 'ascending'));
    head.replaceChildren(button);
    order.add(new Option(`${title} ↑`, `${column} up`));
    order.add(new Option(`${title} ↓`, `${column} down`));
  });

  const jump = (link) => {
    find.value = '';
    pool.value = link.dataset.pool ?? '';
    verdict.value = '';
    if (link.dataset.group) {
      // A group of one verdict has no entry of its own.
      const alone = [...verdict.options].find((option) => rows.some(({ row }) => row.dataset.group === link.dataset.group && row.dataset.verdict === option.value));
      verdict.value = `group:${link.dataset.group}`;
      if (verdict.selectedIndex < 0) verdict.value = alone ? alone.value : '';
    }
    filter();
  };
  for (const link of document.querySelectorAll('a[data-group], a[data-pool]')) {
    link.addEventListener('click', () => jump(link));
  }

  const copy = async (code, button) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = 'Copied';
    } catch {
      // Pages without https have no clipboard, and a browser may refuse it.
      getSelection().selectAllChildren(code);
      button.textContent = 'Selected: copy it now';
    }
  };
  // The event does not bubble, so the table captures it. What nobody opens needs no button.
  table.addEventListener('toggle', ({ target }) => {
    if (target.querySelector('button')) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.ariaLive = 'polite';
    button.addEventListener('click', () => copy(target.querySelector('code'), button));
    target.append(button);
  }, true);

  const tools = byId('tools');
  tools.hidden = false;
  tools.addEventListener('submit', (event) => event.preventDefault());
  tools.addEventListener('reset', () => setTimeout(() => { sort(0, false); filter(); }));
  for (const control of [find, pool, verdict]) control.addEventListener('input', filter);
  order.addEventListener('input', () => sortBy(order.value));
  sort(0, false);
  // A browser that goes back to the page fills the form again, and only then.
  addEventListener('pageshow', () => { sortBy(order.value); filter(); });
})();
