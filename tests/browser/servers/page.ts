/** The built app's page and a server: what a person does to connect one and to run with it. */
import type { Page } from 'playwright';
import { countingFile } from '../real/app.ts';

export const section = (page: Page) => page.getByRole('region', { name: 'A server of yours' });

/** On the Models page: asks the address for its models. */
export async function connect(
  page: Page,
  address: string,
  { key, remember = false }: { key?: string; remember?: boolean } = {},
): Promise<void> {
  const form = section(page).getByRole('form', { name: 'Connect a server' });
  await form.getByLabel('Address', { exact: true }).fill(address);
  if (key !== undefined) await form.getByLabel('Key, if it wants one').fill(key);
  if (remember) await form.getByLabel('Remember the key on this machine').check();
  await form.getByRole('button', { name: 'Connect' }).click();
}

/** After `connect`: takes the model that is listed, and waits for its first answer. */
export async function takeModel(page: Page, model?: string): Promise<void> {
  const form = section(page).getByRole('form', { name: 'Choose its model' });
  if (model) await form.getByRole('combobox', { name: 'Model' }).selectOption(model);
  await form.getByRole('button', { name: 'Use this model' }).click();
  await page.getByText(/is ready on 127\.0\.0\.1:\d+/).waitFor({ timeout: 300_000 });
}

/** Fills the form and starts; answers with the run's id. */
export async function begin(
  page: Page,
  url: string,
  { rows, plan, seed = 11 }: { rows: number; plan: string; seed?: number },
): Promise<string> {
  await page.goto(`${url}#/`);
  await page.getByRole('textbox', { name: 'Your prompt' }).fill('Answer the question.');
  await page.getByLabel('File with rows').setInputFiles(await countingFile(rows));
  await page.getByText(`${rows} rows added`, { exact: false }).waitFor();
  await page.getByRole('radio', { name: new RegExp(`^${plan}`, 'i') }).check();
  await page.getByText('All settings').click();
  // Else it comes from the run's id, and each run is another.
  await page.getByRole('textbox', { name: 'Seed', exact: true }).fill(String(seed));
  await page.locator('button.primary.big').click();
  await page.waitForURL(/#\/runs\//, { timeout: 60_000 });
  return page.url().split('#/runs/')[1]!.split('?')[0]!;
}

/** Everything that the page's database holds, as one text. */
export const database = (page: Page): Promise<string> =>
  page.evaluate(
    () =>
      new Promise<string>((done, fail) => {
        const opening = indexedDB.open('promptevolver');
        opening.onerror = () => fail(opening.error);
        opening.onsuccess = () => {
          const db = opening.result;
          const names = [...db.objectStoreNames];
          const found: Record<string, unknown> = {};
          const tx = db.transaction(names);
          for (const name of names) {
            const asked = tx.objectStore(name).getAll();
            asked.onsuccess = () => (found[name] = asked.result);
          }
          tx.oncomplete = () => (db.close(), done(JSON.stringify(found)));
          tx.onerror = () => fail(tx.error);
        };
      }),
  );
