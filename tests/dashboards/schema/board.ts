// A board as a file has it. Grafana's types name values by enumerations, which a literal never is; what a
// data source adds to an annotation they do not know.
import type { AnnotationQuery, Dashboard } from '@grafana/schema';

type Plain<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends object
      ? { [K in keyof T]: Plain<T[K]> }
      : T;

type Annotation = Plain<AnnotationQuery> & {
  expr: string;
  step: string;
  titleFormat: string;
  textFormat: string;
  tagKeys: string;
  useValueForTime: boolean;
};

export type Board = Omit<Plain<Dashboard>, 'annotations'> & { annotations: { list: Annotation[] } };
