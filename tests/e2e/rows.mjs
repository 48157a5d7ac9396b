// The stored rows of the table `events`, as the engine itself tells them: one object a row, oldest first.
import {until} from '../house.mjs';

const plain = ['id', 'type', 'ts', 'url', 'path', 'referrer', 'title', 'name', 'value', 'currency', 'quantity', 'order_id', 'weight', 'tag', 'funnel', 'step',
  'engagement_ms', 'scroll', 'visitor', 'session', 'person', 'link', 'consent_analytics', 'consent_marketing', 'touch', 'channel', 'source', 'medium',
  'network', 'network_kind', 'publisher', 'click_id', 'click_id_param', 'props'];
const lists = ['items.id', 'items.name', 'items.price', 'items.quantity'];
const amounts = {value: 'toString(value)', 'items.price': 'arrayMap(price -> toString(price), `items.price`)'};
const columns = [...plain, ...lists];

function row(values) {
  const all = Object.fromEntries(columns.map((column, i) => [column, values[i]]));
  all.items = all['items.id'].map((id, i) => ({id, name: all['items.name'][i], price: all['items.price'][i], quantity: all['items.quantity'][i]}));
  for (const list of lists) delete all[list];
  return all;
}

/** Every event once, by the condition `where`; everything acknowledged so far is in it. */
export async function storedRows(house, where = '1') {
  await house.flush();
  const found = await house.query(`SELECT ${columns.map(column => amounts[column] ?? `\`${column}\``).join(', ')}
    FROM events FINAL WHERE ${where} ORDER BY ts, record`);
  return found.map(row);
}

/** The same, asked until `enough` is content with it. */
export async function rowsOnce(house, enough, where) {
  let rows = [];
  try {
    await until('the rows', async () => {
      rows = await storedRows(house, where);
      return enough(rows);
    }, 20000);
  } catch (error) {
    throw new Error(`${error.message}; stored are:\n${rows.map(({type, path, name, step}) => `${type} ${path} ${name || step}`).join('\n')}`);
  }
  return rows;
}
