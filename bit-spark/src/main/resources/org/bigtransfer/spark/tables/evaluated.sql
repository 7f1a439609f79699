-- Every evaluation with what it counts as: a row is a row of evaluations.
--   job, finished_at    of the attempt that evaluated
--   model_step          the step that the attempt stands for: of training, that of the checkpoint which it offers
--   task                what its settings call it: vtab/<task>, out-of-context, or the dataset folder's name
--   model               the upstream model: the file name of the weights that training started from, or of those evaluated,
--                       and <run folder>/step-<N> of a checkpoint here
--   examples_per_class  few-shot selection of the network's training, 0 for all; NULL where it was not trained here
--   seed                of that training, which draws them; NULL likewise
CREATE OR REPLACE TEMPORARY VIEW evaluated AS
WITH finished AS (SELECT * FROM runs)
SELECT
  e.run_id,
  e.attempt,
  r.job,
  r.finished_at,
  e.model_run_id,
  r.model_step,
  e.step,
  coalesce(get_json_object(r.config_json, '$.bit.task'), regexp_extract(e.dataset, '([^/]+)/*$', 1)) AS task,
  e.dataset,
  r.dataset_hash,
  e.split,
  e.examples,
  e.loss,
  e.top1,
  e.top5,
  regexp_replace(
    regexp_extract(
      regexp_replace(coalesce(t.weights, e.model_run_id), '/checkpoints/(step-[0-9]+)/model[.]npz$', '/$1'),
      '([^/]+/step-[0-9]+|[^/]+)$',
      1),
    '(-run[0-9]+-[^/]*)?([.](npz|h5|safetensors))?$',
    '') AS model,
  r.architecture,
  CAST(get_json_object(t.config_json, '$.bit.train.examples-per-class') AS INT) AS examples_per_class,
  get_json_object(t.config_json, '$.bit.train.seed') AS seed
FROM finished r
JOIN all_evaluations e ON e.run_id = r.run_id AND e.attempt = r.attempt
LEFT JOIN finished t ON t.job = 'train' AND t.run_id = e.model_run_id
