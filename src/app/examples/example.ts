/** A task that is ready to run. Every answer is right by the way its row is made. */
import type { Task } from '../../promptwizard/types.ts';

export interface Example {
  id: string;
  title: string;
  about: string;
  task: Task;
}
