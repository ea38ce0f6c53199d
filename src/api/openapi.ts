/** The OpenAPI 3.1 document, from the schemas that check. For the build and the tests: no shipped code imports it. */
import { toJsonSchemaDefs } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { STATUS, type ErrorCode } from './errors.ts';
import { LONGEST_ANSWER, MOST_BYTES } from './limits.ts';
import {
  AcceptedSchema,
  ErrorSchema,
  EventSchema,
  HealthResponseSchema,
  OptimizeResponseSchema,
  ProgressSchema,
  RunResponseSchema,
  VerdictSchema,
} from './answerSchema.ts';
import { ConfigSchema, MetricSchema, OptimizeRequestSchema, RowSchema } from './schema.ts';

const SCHEMAS = {
  Config: ConfigSchema,
  Row: RowSchema,
  Metric: MetricSchema,
  Verdict: VerdictSchema,
  Progress: ProgressSchema,
  OptimizeRequest: OptimizeRequestSchema,
  OptimizeResponse: OptimizeResponseSchema,
  Accepted: AcceptedSchema,
  Event: EventSchema,
  HealthResponse: HealthResponseSchema,
  RunResponse: RunResponseSchema,
  Error: ErrorSchema,
} satisfies Record<string, GenericSchema>;

function schemas(): Record<string, object> {
  const overrideRef = ({ referenceId }: { referenceId: string }) => `#/components/schemas/${referenceId}`;
  const made = toJsonSchemaDefs(SCHEMAS, { errorMode: 'ignore', typeMode: 'output', overrideRef });
  // The words for refusals are no keyword of JSON Schema; the description holds them.
  // What the schemas cannot say: a row asks something.
  const asks = ['question', 'inputs'].map((name) => ({ required: [name], properties: { [name]: { type: ['string', 'object'] } } }));
  Object.assign(made['Row']!, { anyOf: asks });
  return JSON.parse(JSON.stringify(made, (key, value: unknown) => (key === 'allowed' ? undefined : value))) as Record<string, object>;
}
const ref = (name: keyof typeof SCHEMAS) => ({ $ref: `#/components/schemas/${name}` });
const json = (name: keyof typeof SCHEMAS) => ({ 'application/json': { schema: ref(name) } });

const header = (description: string, type = 'string') => ({ description, schema: { type } });
const RETRY = { 'Retry-After': header('Seconds.', 'integer') };

/** Why each status is given, by what can be refused at an address. */
function errors(codes: readonly ErrorCode[]): Record<string, object> {
  const found: Record<string, object> = {};
  for (const code of codes) {
    const status = String(STATUS[code]);
    const same = codes.filter((one) => String(STATUS[one]) === status);
    found[status] = {
      description: `\`code\`: ${same.map((one) => `\`${one}\``).join(', ')}.`,
      content: json('Error'),
      ...(status === '429' ? { headers: RETRY } : {}),
      ...(status === '405' ? { headers: { Allow: header('The methods that this address takes.') } } : {}),
    };
  }
  return found;
}

const ANY: ErrorCode[] = ['method_not_allowed', 'not_acceptable', 'failed', 'storage', 'model_failed', 'no_page', 'page_closed'];
const toRun = {
  run: { operationId: 'getRun', parameters: { id: '$response.body#/run_id' } },
  stop: { operationId: 'deleteRun', parameters: { id: '$response.body#/run_id' } },
};
const runParameter = { name: 'id', in: 'path', required: true, schema: { type: 'string', minLength: 1 }, description: 'A `run_id`.' };

const queueWords = (most: number) => (most === 0 ? 'none waits' : most === 1 ? 'one waits' : `${most} wait`);

/**
 * @param version of the app
 * @param mostWaiting requests that may wait behind the one at work
 */
export const openApiDocument = (version: string, mostWaiting: number) => ({
  openapi: '3.1.0',
  info: {
    title: 'PromptEvolver',
    version,
    summary: 'Better prompts, measured on this machine.',
    description:
      'Answered by the service worker of PromptEvolver for pages of the same origin in the same browser; there is no server. ' +
      'A window of the app must be open, and a model must have been taken there.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  // Beside the page, wherever that is served.
  servers: [{ url: '..' }],
  tags: [{ name: 'optimize' }, { name: 'runs' }, { name: 'health' }],
  paths: {
    '/api/v1/optimize': {
      post: {
        operationId: 'optimize',
        tags: ['optimize'],
        summary: 'Makes a prompt better.',
        description:
          `Answers after the run; after ${LONGEST_ANSWER / 1000} seconds with 202 and a place to look. ` +
          `One run works and ${queueWords(mostWaiting)}. The same request is answered from the store, or joins the one that goes on. ` +
          'A run that a `timeout` ends is answered with the best so far; one that somebody else wants too goes on, and is answered with its `run_id` only. ' +
          `A body may have ${MOST_BYTES.toLocaleString('en')} bytes.`,
        parameters: [
          {
            name: 'Prefer',
            in: 'header',
            required: false,
            schema: { type: 'string' },
            example: 'respond-async',
            description: '`respond-async`: 202 at once. Others are passed over.',
          },
        ],
        requestBody: { required: true, content: json('OptimizeRequest') },
        responses: {
          '200': {
            description: 'The result; with `Accept: application/x-ndjson` live events, one a line, the last `result` or `error`.',
            content: { ...json('OptimizeResponse'), 'application/x-ndjson': { schema: ref('Event') } },
            links: toRun,
          },
          '202': {
            description: 'It goes on; look at `Location`, which is relative to the page’s folder.',
            content: json('Accepted'),
            links: toRun,
            headers: {
              Location: header('Of the run.'),
              ...RETRY,
              'Preference-Applied': header('`respond-async`, when that was asked for.'),
            },
          },
          ...errors([
            'bad_json', 'empty_prompt', 'body_too_large', 'too_long', 'too_many_rows', 'unsupported_media_type', 'bad_field', 'bad_input',
            'too_deep', 'busy', 'cancelled', 'no_model', 'interrupted', 'other_page', 'timeout', ...ANY,
          ]), // prettier-ignore
        },
      },
    },
    '/api/health': {
      get: {
        operationId: 'health',
        tags: ['health'],
        summary: 'Whether a request would be answered.',
        description: '200 whatever the status: `unavailable` says that no window is open or no model is on this machine.',
        responses: { '200': { description: 'How it stands.', content: json('HealthResponse') }, ...errors(ANY) },
      },
    },
    '/api/v1/runs/{id}': {
      parameters: [runParameter],
      get: {
        operationId: 'getRun',
        tags: ['runs'],
        summary: 'How a run stands, and its result.',
        responses: {
          '200': { description: 'The run.', content: json('RunResponse') },
          ...errors(['not_found', 'bad_input', 'too_long', 'busy', 'no_model', 'other_page', 'timeout', ...ANY]),
        },
      },
      delete: {
        operationId: 'deleteRun',
        tags: ['runs'],
        summary: 'Stops a run that goes on, keeping the best; removes one that is over.',
        responses: {
          '200': { description: 'The run as it was left; `deleted` says whether it was removed.', content: json('RunResponse') },
          ...errors(['not_found', 'other_page', ...ANY]),
        },
      },
    },
  },
  components: { schemas: schemas() },
});
