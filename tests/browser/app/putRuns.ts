/** Puts runs into the page's IndexedDB, as the worker would have. The page must have opened its database before. */
import type { Page } from 'playwright';
import type { StoredRun } from '../../app/doubles/storedRun.ts';

export async function putRuns(page: Page, runs: StoredRun[]): Promise<void> {
  await page.evaluate(
    (stored) =>
      new Promise<void>((done, fail) => {
        const opening = indexedDB.open('promptevolver');
        opening.onerror = () => fail(opening.error);
        opening.onsuccess = () => {
          const db = opening.result;
          const tx = db.transaction(['runs', 'events'], 'readwrite');
          for (const { record, events } of stored) {
            tx.objectStore('runs').put(record);
            events.forEach((event, seq) => tx.objectStore('events').put({ run: record.id, seq, event }));
          }
          tx.oncomplete = () => (db.close(), done());
          tx.onerror = () => fail(tx.error);
        };
      }),
    runs,
  );
}
