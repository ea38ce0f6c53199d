/** What is wrong with a request, as the error that says so: the field, what was given (its kind, never its text), what may be. */
import * as v from 'valibot';
import { ApiError } from './errors.ts';
import type { FieldWords } from './fields.ts';

interface Node {
  type: string;
  entries?: Record<string, Node>;
  item?: Node;
  value?: Node;
  wrapped?: Node;
  options?: readonly (Node | string)[];
  literal?: unknown;
  pipe?: (Node & { kind: string; metadata?: Partial<FieldWords> })[];
}

const MISSING = Symbol();

/** Words of the schema, or of the one it wraps. */
function allowedBy(node: Node | undefined): string | null {
  for (let at = node; at; at = at.wrapped) {
    const found = at.pipe?.findLast((action) => action.type === 'metadata' && action.metadata?.allowed !== undefined);
    if (found) return found.metadata!.allowed!;
  }
  return null;
}
/** What checks the value in the end: behind what may be left out, and the last of a pipe. */
function innermost(node: Node | undefined): Node | undefined {
  const inner = node?.wrapped ?? node?.pipe?.findLast(({ kind }) => kind === 'schema');
  return inner ? innermost(inner) : node;
}

function step(node: Node | undefined, key: string, input: unknown): Node | undefined {
  const inner = innermost(node);
  if (inner?.type === 'variant') {
    const kind = (input as { kind?: unknown } | null)?.kind;
    const option = inner.options?.find((one) => typeof one === 'object' && one.entries?.['kind']?.literal === kind) as Node | undefined;
    return option?.entries?.[key];
  }
  return inner?.entries?.[key] ?? inner?.item ?? inner?.value;
}

/** `a text of 12 characters`, `a list`: enough to find the mistake, and nothing that anybody typed. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean') return `the ${typeof value === 'number' ? 'number ' : ''}${String(value)}`;
  return value === undefined ? 'missing' : 'an object';
}

const keyWords = (key: string): string => (/^[\w-]{1,60}$/.test(key) ? key : '(a long or odd name)');

/** @returns the request as it may be used. @throws ApiError bad_field, too_long, too_many_rows */
export function check<S extends v.GenericSchema>(schema: S, input: unknown): v.InferOutput<S> {
  const { success, output, issues } = v.safeParse(schema, input, { abortEarly: true, abortPipeEarly: true });
  if (success) return output;
  throw problemOf(schema as unknown as Node, input, issues[0]);
}

function problemOf(schema: Node, input: unknown, issue: v.BaseIssue<unknown>): ApiError {
  let node: Node | undefined = schema;
  let value: unknown = input;
  let parent: Node | undefined;
  const path: string[] = [];
  for (const { key } of issue.path ?? []) {
    const name = String(key);
    parent = node;
    node = step(node, name, value);
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : MISSING;
    path.push(keyWords(name));
  }
  const field = path.join('.') || 'body';
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const known = Object.keys(innermost(parent)?.entries ?? variantOf(parent, input)?.entries ?? {});
    return new ApiError('bad_field', `${field} is not known here.${known.length > 0 ? ` Known are: ${known.join(', ')}.` : ''}`, { field });
  }
  if (issue.type === 'variant' && value === MISSING)
    return new ApiError('bad_field', `${field} is missing. ${sentence(parent)}`, { field });
  const allowed = allowedBy(node) ?? allowedBy(parent) ?? 'of another kind';
  if (value === MISSING) return new ApiError('bad_field', `${field} is missing. It must be ${allowed}.`, { field });
  if (issue.type === 'max_length' && field === 'rows')
    return new ApiError('too_many_rows', `rows must be ${allowed}; it is ${kindOf(value)}. Send fewer: some hundred measure well.`, {
      field,
    });
  if (issue.type === 'regex' && field === 'prompt')
    return new ApiError('empty_prompt', 'The prompt is empty. Send the prompt to optimize.', { field });
  if (issue.type === 'max_length' && field === 'prompt')
    return new ApiError('too_long', `prompt must be ${allowed}; it is ${kindOf(value)}. Shorten it, or give the long part as rows.`, {
      field,
    });
  return new ApiError('bad_field', `${field} must be ${allowed}; it is ${kindOf(value)}.`, { field });
}

const sentence = (node: Node | undefined): string => {
  const allowed = allowedBy(node);
  return allowed ? `There must be ${allowed}.` : '';
};

/** Only `metric` is a variant. */
function variantOf(node: Node | undefined, input: unknown): Node | undefined {
  const kind = (input as { metric?: { kind?: unknown } } | null)?.metric?.kind;
  return innermost(node)?.options?.find((one) => typeof one === 'object' && one.entries?.['kind']?.literal === kind) as Node | undefined;
}
