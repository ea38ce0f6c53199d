import { describe, expectTypeOf, it } from 'vitest';
import type { ApiEvent, ErrorBody, OptimizeResponse } from '../../src/api/answerSchema.ts';
import type { ErrorCode } from '../../src/api/errors.ts';
import type { OptimizeRequest as Wanted } from '../../src/api/schema.ts';
import type * as embed from '../../src/embed/types.ts';

type OnTheWay = 'blocked' | 'no_answer' | 'not_allowed' | 'other_version' | 'flood';

/** Checked by `npm run check:types`. */
describe('the client’s plain types', () => {
  it('are those of the schema', () => {
    expectTypeOf<embed.OptimizeResponse>().branded.toEqualTypeOf<OptimizeResponse>();
    expectTypeOf<embed.ErrorCode>().toEqualTypeOf<ErrorCode | OnTheWay>();
    expectTypeOf<Omit<embed.ErrorBody, 'code'>>().branded.toEqualTypeOf<Omit<ErrorBody, 'code'>>();
    expectTypeOf<ApiEvent>().toExtend<embed.OptimizeEvent>();
    expectTypeOf<Exclude<embed.OptimizeEvent, { event: 'error' }>>().toExtend<ApiEvent>();
    expectTypeOf<keyof embed.OptimizeRequest>().toEqualTypeOf<keyof Wanted>();
    expectTypeOf<keyof embed.Row>().toEqualTypeOf<keyof NonNullable<Wanted['rows']>[number]>();
    expectTypeOf<Omit<embed.OptimizeRequest, 'config' | 'metric'>>().toExtend<Omit<Wanted, 'config' | 'metric'>>();
    expectTypeOf<Omit<Wanted, 'config' | 'metric'>>().toExtend<Omit<embed.OptimizeRequest, 'config' | 'metric'>>();
    expectTypeOf<NonNullable<Wanted['metric']>['kind']>().toExtend<NonNullable<embed.OptimizeRequest['metric']>['kind']>();
  });
});
