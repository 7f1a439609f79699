-- The newest evaluation of each network on the validation split of each task. Training's own counts where no other job has
-- evaluated the network: that of the checkpoint which it offers, else that of its last step.
CREATE OR REPLACE TEMPORARY VIEW validated AS
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
WHERE age = 1
