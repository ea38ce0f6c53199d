/** Kinds of fields, each with the words that a refusal and the document say of it. */
import * as v from 'valibot';
import { MOST_TEXT } from './limits.ts';

/** `allowed` completes “… must be”; a field's own help stands in the document. */
export interface FieldWords {
  allowed: string;
}
export const said = <S extends v.GenericSchema>(schema: S, allowed: string, help = ''): S =>
  v.pipe(
    schema,
    v.metadata({ allowed } satisfies FieldWords),
    v.description(`${help}${help && ' '}${allowed[0]!.toUpperCase()}${allowed.slice(1)}.`),
  ) as unknown as S;

/** For valibot a list is an object too; on the wire it is not. */
export const noList = <S extends v.GenericSchema>(schema: S) =>
  v.pipe(
    v.unknown(),
    v.rawCheck(({ dataset, addIssue }) => {
      if (Array.isArray(dataset.value)) addIssue({ message: 'A list is no object.' });
    }),
    schema,
  );
export const object = <E extends v.ObjectEntries>(entries: E) => noList(v.object(entries));
export const strictObject = <E extends v.ObjectEntries>(entries: E) => noList(v.strictObject(entries));
export const record = <S extends v.GenericSchema>(value: S) => noList(v.record(v.string(), value));

export const text = (most: number, help = '') => said(v.pipe(v.string(), v.maxLength(most)), `a text of at most ${most} characters`, help);
export const between = (min: number, max: number, help = '') =>
  said(v.pipe(v.number(), v.minValue(min), v.maxValue(max)), `a number from ${min} to ${max}`, help);
export const texts = (least = 0, most = 1_000) =>
  said(
    v.pipe(v.array(text(MOST_TEXT)), v.minLength(least), v.maxLength(most)),
    `a list of ${least > 0 ? `${least} to ${most}` : `at most ${most}`} texts`,
  );
