/** What is wrong with a description of a metric by itself, whatever the rows are: at the field, before a run. */
import type { MetricSpec } from '../types.ts';
import { schemaProblem } from './jsonSchema.ts';
import { plain } from './plain.ts';
import { patternFor } from './regex.ts';

export interface MetricProblem {
  field: 'letters' | 'labels' | 'synonyms' | 'pattern' | 'flags' | 'paths' | 'schema' | 'threshold' | 'code' | 'criteria' | 'tolerance';
  /** A sentence for a person. */
  message: string;
}

const MOST_CRITERIA = 8;
const LONGEST_PATTERN = 2_000;
const LONGEST_CODE = 20_000;
const FLAGS = ['i', 'm', 's', 'u', 'v'];

const filled = (list: readonly string[]): string[] => list.filter((item) => plain(item) !== '');

export function metricProblem(spec: MetricSpec): MetricProblem | null {
  switch (spec.kind) {
    case 'number':
      return [spec.tolerance, spec.relative].some((n) => n !== undefined && !(n >= 0 && Number.isFinite(n)))
        ? { field: 'tolerance', message: 'A difference that is allowed must be 0 or more.' }
        : null;
    case 'choice':
      return filled(spec.letters).length < 2 ? { field: 'letters', message: 'Give two letters or more, separated by commas.' } : null;
    case 'label':
      return labelProblem(spec);
    case 'regex':
      return regexProblem(spec);
    case 'json':
      return jsonProblem(spec);
    case 'set':
      return spec.threshold !== undefined && !(spec.threshold > 0 && spec.threshold <= 1)
        ? { field: 'threshold', message: 'The threshold must be over 0 and at most 1.' }
        : null;
    case 'custom':
      if (spec.code.trim() === '') return { field: 'code', message: 'Write a function, as in the example.' };
      return spec.code.length > LONGEST_CODE
        ? { field: 'code', message: `The code may have ${LONGEST_CODE.toLocaleString('en')} characters at most.` }
        : null;
    case 'checklist':
      return criteriaProblem(filled(spec.criteria));
    default:
      return null;
  }
}

function labelProblem({ labels, synonyms = {} }: Extract<MetricSpec, { kind: 'label' }>): MetricProblem | null {
  const names = filled(labels).map(plain);
  if (new Set(names).size < 2) return { field: 'labels', message: 'Give two labels or more, separated by commas.' };
  const owner = new Map(names.map((name) => [name, name]));
  for (const [label, words] of Object.entries(synonyms)) {
    if (!names.includes(plain(label)))
      return {
        field: 'synonyms',
        message: `“${label}” is none of the labels, so it can have no other words. Add it to the labels, or correct it.`,
      };
    for (const word of filled(words).map(plain)) {
      const other = owner.get(word);
      if (other !== undefined && other !== plain(label))
        return { field: 'synonyms', message: `“${word}” cannot stand for both ${other} and ${plain(label)}. Take it from one of them.` };
      owner.set(word, plain(label));
    }
  }
  return null;
}

function regexProblem({ pattern, flags = '' }: Extract<MetricSpec, { kind: 'regex' }>): MetricProblem | null {
  if (pattern.trim() === '') return { field: 'pattern', message: 'Write a pattern, for example Answer: (.+)' };
  if (pattern.length > LONGEST_PATTERN)
    return { field: 'pattern', message: `The pattern may have ${LONGEST_PATTERN.toLocaleString('en')} characters at most.` };
  const odd = Array.from(flags).find((flag, i) => !FLAGS.includes(flag) || flags.indexOf(flag) !== i);
  if (odd !== undefined || (flags.includes('u') && flags.includes('v')))
    return {
      field: 'flags',
      message: `The flags can be i (any case), m (lines), s (the dot takes line ends), and u or v (Unicode), each once.`,
    };
  try {
    // Made, not used: only what takes long to match is dangerous.
    new RegExp(patternFor(pattern, 'x'), flags);
  } catch (error) {
    const why = (error as Error).message.replace(/^Invalid regular expression:\s*/, '').replace(/^\/.*\/[a-z]*:\s*/s, '');
    return { field: 'pattern', message: `This pattern is not valid: ${why}.` };
  }
  return null;
}

function jsonProblem({ paths = [], schema }: Extract<MetricSpec, { kind: 'json' }>): MetricProblem | null {
  const odd = paths.find((path) => path.split('.').some((part) => part.trim() === ''));
  if (odd !== undefined)
    return { field: 'paths', message: `“${odd}” is no path. Write names with dots between them, as in address.city or items.0.` };
  const problem = schema === undefined ? null : schemaProblem(schema);
  return problem ? { field: 'schema', message: problem } : null;
}

function criteriaProblem(criteria: readonly string[]): MetricProblem | null {
  if (criteria.length === 0) return { field: 'criteria', message: 'Write at least one yes-or-no question, one a line.' };
  return criteria.length > MOST_CRITERIA
    ? {
        field: 'criteria',
        message: `At most ${MOST_CRITERIA} questions can be judged at once; there are ${criteria.length}. Join or drop some.`,
      }
    : null;
}
