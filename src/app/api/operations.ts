/** What the page shows of the OpenAPI document. Pure. */

export interface Operation {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  statuses: { status: string; description: string }[];
  /** It takes a body. */
  body: boolean;
  /** Fields of the body, with their words. */
  fields: { name: string; required: boolean; words: string }[];
}

interface Schema {
  $ref?: string;
  description?: string;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
}
interface Described {
  operationId: string;
  summary: string;
  description?: string;
  responses: Record<string, { description: string }>;
  requestBody?: { content: Record<string, { schema: Schema }> };
}
interface Document {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Schema> };
}

const METHODS = ['get', 'post', 'delete'];

/** @throws TypeError for what is no such document */
export function readDocument(input: unknown): Operation[] {
  const { paths, components } = input as Document;
  const resolve = (schema: Schema | undefined): Schema =>
    schema?.$ref ? resolve(components.schemas[schema.$ref.split('/').at(-1)!]) : (schema ?? {});
  const wordsOf = (schema: Schema): string => {
    const { description, anyOf } = resolve(schema);
    return description ?? anyOf?.map(wordsOf).find((words) => words !== '') ?? '';
  };
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => {
      const { operationId: id, summary, description = '', responses, requestBody } = item[method]!;
      const body = resolve(requestBody?.content['application/json']?.schema);
      return {
        id,
        method: method.toUpperCase(),
        path,
        summary,
        description,
        statuses: Object.entries(responses).map(([status, response]) => ({ status, description: response.description })),
        body: requestBody !== undefined,
        fields: Object.entries(body.properties ?? {}).map(([name, schema]) => ({
          name,
          required: body.required?.includes(name) ?? false,
          words: wordsOf(schema),
        })),
      };
    }),
  );
}
