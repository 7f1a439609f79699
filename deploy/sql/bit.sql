-- Registers the result tables below ${tables}, an absolute path, and the views of scores in the database bit:
--   spark-sql -d tables=hdfs:///bit/tables -f deploy/sql/bit.sql
-- See README.md beside this file. The jobs make their own views of it, of what is after the views all_….
-- Each view sees all_runs once and first: where files are listed as a view is resolved, whoever is among the runs has all its
-- other files in the later listings, and no attempt is replaced between two looks at the runs.
CREATE DATABASE IF NOT EXISTS bit;
USE bit;
-- All attempts' rows of runs, finished or not: for the views below.
CREATE OR REPLACE VIEW all_runs AS
SELECT
  run_id,
  attempt,
  job,
  model_run_id,
  model_step,
  status,
  started_at,
  finished_at,
  architecture,
  weights,
  dataset,
  dataset_hash,
  engine,
  replicas,
  global_batch,
  averaging_period,
  seed,
  git_commit,
  config_json
FROM parquet.`${tables}/runs`;
-- All attempts' rows of steps, finished or not: for the views below.
CREATE OR REPLACE VIEW all_steps AS
SELECT
  run_id,
  attempt,
  step,
  epoch,
  learning_rate,
  loss,
  images_per_second,
  data_seconds,
  compute_seconds,
  averaging_seconds
FROM parquet.`${tables}/steps`;
-- All attempts' rows of evaluations, finished or not: for the views below.
CREATE OR REPLACE VIEW all_evaluations AS
SELECT
  run_id,
  attempt,
  model_run_id,
  step,
  dataset,
  split,
  examples,
  loss,
  top1,
  top5,
  seconds
FROM parquet.`${tables}/evaluations`;
-- All attempts' rows of class_evaluations, finished or not: for the views below.
CREATE OR REPLACE VIEW all_class_evaluations AS
SELECT
  run_id,
  attempt,
  model_run_id,
  step,
  split,
  label,
  class_name,
  examples,
  top1,
  top5
FROM parquet.`${tables}/class_evaluations`;
-- All attempts' rows of predictions, finished or not: for the views below.
CREATE OR REPLACE VIEW all_predictions AS
SELECT
  run_id,
  attempt,
  model_run_id,
  step,
  split,
  image_id,
  label,
  predicted,
  true_rank,
  loss,
  top5
FROM parquet.`${tables}/predictions`;
-- All attempts' rows of probes, finished or not: for the views below.
CREATE OR REPLACE VIEW all_probes AS
SELECT
  run_id,
  attempt,
  model_run_id,
  step,
  dataset,
  split,
  output,
  shots,
  draw,
  l2,
  examples,
  top1
FROM parquet.`${tables}/probes`;
-- The newest finished attempt of each run and job.
CREATE OR REPLACE VIEW runs AS
SELECT
  run_id,
  attempt,
  job,
  model_run_id,
  model_step,
  status,
  started_at,
  finished_at,
  architecture,
  weights,
  dataset,
  dataset_hash,
  engine,
  replicas,
  global_batch,
  averaging_period,
  seed,
  git_commit,
  config_json
FROM (
  SELECT *, row_number() OVER (PARTITION BY run_id, job ORDER BY finished_at DESC, attempt DESC) AS age
  FROM all_runs
  WHERE status = 'finished')
WHERE age = 1;
-- The rows of steps of the attempts in runs.
CREATE OR REPLACE VIEW steps AS
SELECT
  t.run_id,
  t.attempt,
  t.step,
  t.epoch,
  t.learning_rate,
  t.loss,
  t.images_per_second,
  t.data_seconds,
  t.compute_seconds,
  t.averaging_seconds
FROM runs r JOIN all_steps t ON t.run_id = r.run_id AND t.attempt = r.attempt;
-- The rows of evaluations of the attempts in runs.
CREATE OR REPLACE VIEW evaluations AS
SELECT
  t.run_id,
  t.attempt,
  t.model_run_id,
  t.step,
  t.dataset,
  t.split,
  t.examples,
  t.loss,
  t.top1,
  t.top5,
  t.seconds
FROM runs r JOIN all_evaluations t ON t.run_id = r.run_id AND t.attempt = r.attempt;
-- The rows of class_evaluations of the attempts in runs.
CREATE OR REPLACE VIEW class_evaluations AS
SELECT
  t.run_id,
  t.attempt,
  t.model_run_id,
  t.step,
  t.split,
  t.label,
  t.class_name,
  t.examples,
  t.top1,
  t.top5
FROM runs r JOIN all_class_evaluations t ON t.run_id = r.run_id AND t.attempt = r.attempt;
-- The rows of predictions of the attempts in runs.
CREATE OR REPLACE VIEW predictions AS
SELECT
  t.run_id,
  t.attempt,
  t.model_run_id,
  t.step,
  t.split,
  t.image_id,
  t.label,
  t.predicted,
  t.true_rank,
  t.loss,
  t.top5
FROM runs r JOIN all_predictions t ON t.run_id = r.run_id AND t.attempt = r.attempt;
-- The rows of probes of the attempts in runs.
CREATE OR REPLACE VIEW probes AS
SELECT
  t.run_id,
  t.attempt,
  t.model_run_id,
  t.step,
  t.dataset,
  t.split,
  t.output,
  t.shots,
  t.draw,
  t.l2,
  t.examples,
  t.top1
FROM runs r JOIN all_probes t ON t.run_id = r.run_id AND t.attempt = r.attempt;
-- Every evaluation with what it counts as: a row is a row of evaluations.
--   job, finished_at    of the attempt that evaluated
--   model_step          the step that the attempt stands for: of training, that of the checkpoint which it offers
--   task                what its settings call it: vtab/<task>, out-of-context, or the dataset folder's name
--   model               the upstream model: the file name of the weights that training started from, or of those evaluated,
--                       and <run folder>/step-<N> of a checkpoint here
--   examples_per_class  few-shot selection of the network's training, 0 for all; NULL where it was not trained here
--   seed                of that training, which draws them; NULL likewise
CREATE OR REPLACE VIEW evaluated AS
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
LEFT JOIN finished t ON t.job = 'train' AND t.run_id = e.model_run_id;
-- The newest evaluation of each network on the validation split of each task. Training's own counts where no other job has
-- evaluated the network: that of the checkpoint which it offers, else that of its last step.
CREATE OR REPLACE VIEW validated AS
SELECT
  run_id,
  attempt,
  finished_at,
  model_run_id,
  step,
  task,
  dataset,
  dataset_hash,
  model,
  architecture,
  examples_per_class,
  seed,
  examples,
  loss,
  top1,
  top5
FROM (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY model_run_id, task
      ORDER BY (job = 'train'), finished_at DESC, (step <=> model_step) DESC, step DESC, attempt DESC) AS age
  FROM evaluated
  WHERE split = 'validation' AND top1 IS NOT NULL)
WHERE age = 1;
-- The 19 tasks of VTAB-1k and their groups. Source: arXiv:1910.04867.
CREATE OR REPLACE VIEW vtab_benchmark AS
SELECT *
FROM VALUES
  ('vtab/caltech101', 'natural'),
  ('vtab/cifar100', 'natural'),
  ('vtab/dtd', 'natural'),
  ('vtab/oxford_flowers102', 'natural'),
  ('vtab/oxford_iiit_pet', 'natural'),
  ('vtab/sun397', 'natural'),
  ('vtab/svhn', 'natural'),
  ('vtab/patch_camelyon', 'specialized'),
  ('vtab/eurosat', 'specialized'),
  ('vtab/resisc45', 'specialized'),
  ('vtab/diabetic_retinopathy', 'specialized'),
  ('vtab/clevr-count', 'structured'),
  ('vtab/clevr-distance', 'structured'),
  ('vtab/dmlab', 'structured'),
  ('vtab/kitti-distance', 'structured'),
  ('vtab/dsprites-xpos', 'structured'),
  ('vtab/dsprites-orientation', 'structured'),
  ('vtab/smallnorb-azimuth', 'structured'),
  ('vtab/smallnorb-elevation', 'structured')
  AS benchmark(task, task_group);
-- A model's accuracy on a task of VTAB-1k, over its networks for that task (runs).
CREATE OR REPLACE VIEW vtab_tasks AS
SELECT
  model,
  architecture,
  task_group,
  task,
  count(*) AS runs,
  min(top1) AS min_top1,
  median(top1) AS median_top1,
  max(top1) AS max_top1
FROM validated JOIN vtab_benchmark USING (task)
GROUP BY model, architecture, task_group, task;
-- A model's VTAB-1k score: the mean over the tasks of the median top1 of its runs; and the same of the three groups.
-- A mean is NULL unless all its tasks are there: `tasks` counts those of the 19, `missing` names the others.
CREATE OR REPLACE VIEW vtab_scores AS
SELECT
  model,
  architecture,
  tasks,
  CASE WHEN tasks = 19 THEN mean END AS score,
  CASE WHEN natural_tasks = 7 THEN natural_mean END AS natural,
  CASE WHEN specialized_tasks = 4 THEN specialized_mean END AS specialized,
  CASE WHEN structured_tasks = 8 THEN structured_mean END AS structured,
  natural_tasks,
  specialized_tasks,
  structured_tasks,
  array_except((SELECT sort_array(collect_list(task)) FROM vtab_benchmark), present) AS missing
FROM (
  SELECT
    model,
    architecture,
    count(*) AS tasks,
    avg(median_top1) AS mean,
    count_if(task_group = 'natural') AS natural_tasks,
    count_if(task_group = 'specialized') AS specialized_tasks,
    count_if(task_group = 'structured') AS structured_tasks,
    avg(median_top1) FILTER (WHERE task_group = 'natural') AS natural_mean,
    avg(median_top1) FILTER (WHERE task_group = 'specialized') AS specialized_mean,
    avg(median_top1) FILTER (WHERE task_group = 'structured') AS structured_mean,
    collect_list(task) AS present
  FROM vtab_tasks
  GROUP BY model, architecture);
-- Accuracy after training on a few examples of each class, over the draws of them: each draw (seed) is a training of its own,
-- and of several trainings on the same draw the newest counts.
CREATE OR REPLACE VIEW few_shot AS
SELECT
  task,
  model,
  architecture,
  examples_per_class,
  count(*) AS draws,
  min(top1) AS min_top1,
  median(top1) AS median_top1,
  max(top1) AS max_top1
FROM (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY task, model, architecture, examples_per_class, seed
      ORDER BY finished_at DESC, run_id DESC, attempt DESC) AS age
  FROM validated
  WHERE examples_per_class > 0)
WHERE age = 1
GROUP BY task, model, architecture, examples_per_class;
-- Accuracy of linear probes on a few examples of each class, over the draws of them; of each network the newest probes.
CREATE OR REPLACE VIEW few_shot_probes AS
SELECT
  model_run_id,
  step,
  dataset,
  split,
  output,
  l2,
  shots AS examples_per_class,
  count(*) AS draws,
  min(top1) AS min_top1,
  median(top1) AS median_top1,
  max(top1) AS max_top1
FROM (
  SELECT
    p.*,
    dense_rank() OVER (
      PARTITION BY p.model_run_id, p.step, p.dataset, p.split, p.output, p.l2, p.shots
      ORDER BY r.finished_at DESC, r.attempt) AS age
  FROM runs r
  JOIN all_probes p ON p.run_id = r.run_id AND p.attempt = r.attempt
)
WHERE age = 1
GROUP BY model_run_id, step, dataset, split, output, l2, shots;
-- The predictions of the newest evaluation of each network on each content of a split that recorded them.
CREATE OR REPLACE VIEW newest_predictions AS
SELECT p.*, e.task, e.model, e.dataset_hash
FROM (
  SELECT
    run_id,
    attempt,
    model_run_id,
    split,
    task,
    model,
    dataset_hash,
    row_number() OVER (
      PARTITION BY model_run_id, dataset_hash, split ORDER BY finished_at DESC, attempt DESC) AS age
  FROM evaluated
  WHERE job <> 'train') e
JOIN all_predictions p
ON e.age = 1
  AND e.run_id = p.run_id
  AND e.attempt = p.attempt
  AND e.model_run_id = p.model_run_id
  AND e.split = p.split;
-- Accuracy on the out-of-context set (task out-of-context): in all, by class and by background. Objects are classes, an
-- image_id's folder; backgrounds are known where the file's name has the word background or bg with a number or name.
CREATE OR REPLACE VIEW out_of_context AS
SELECT
  model_run_id,
  model,
  step,
  dataset_hash,
  split,
  part,
  name,
  count(*) AS examples,
  avg(CAST(true_rank = 1 AS INT)) AS top1,
  avg(CAST(true_rank <= 5 AS INT)) AS top5
FROM newest_predictions
LATERAL VIEW inline(array(
  named_struct('part', 'all', 'name', ''),
  named_struct('part', 'class', 'name', regexp_extract(image_id, '^(.*)/[^/]*$', 1)),
  named_struct(
    'part', 'background', 'name', regexp_extract(image_id, '(?i)(?:background|bg)[-_ ]?([a-z0-9]+)[^/]*$', 1)))) parts
WHERE task = 'out-of-context' AND (part = 'all' OR name <> '')
GROUP BY model_run_id, model, step, dataset_hash, split, part, name;
-- Images that one of two networks has right and the other wrong, both evaluated on the same content. All pairs of
-- networks are there, so name the two: WHERE model_run_a = '…' AND model_run_b = '…', which reads their files' rows only.
CREATE OR REPLACE VIEW flips AS
WITH newest AS (SELECT * FROM newest_predictions)
SELECT
  a.model_run_id AS model_run_a,
  b.model_run_id AS model_run_b,
  a.step AS step_a,
  b.step AS step_b,
  a.dataset_hash,
  a.split,
  a.image_id,
  a.label,
  CASE WHEN a.true_rank = 1 THEN 'right to wrong' ELSE 'wrong to right' END AS flip,
  a.predicted AS predicted_a,
  b.predicted AS predicted_b,
  a.top5[0].class_name AS class_a,
  b.top5[0].class_name AS class_b,
  a.true_rank AS true_rank_a,
  b.true_rank AS true_rank_b
FROM newest a
JOIN newest b
ON a.dataset_hash = b.dataset_hash
  AND a.split = b.split
  AND a.image_id = b.image_id
  AND a.model_run_id <> b.model_run_id
WHERE (a.true_rank = 1) <> (b.true_rank = 1);
