import type { FoundRun } from '../../api/host.ts';
import type { RunRecord } from '../../store/records.ts';

/** A stored run as the API tells of it. */
export const found = ({ id, status, createdAt, updatedAt, input, error, asked }: RunRecord): FoundRun => ({
  id,
  status,
  createdAt,
  updatedAt,
  model: input.model.id,
  ...(asked?.sessionId === undefined ? {} : { sessionId: asked.sessionId }),
  ...(error === undefined ? {} : { error }),
});
