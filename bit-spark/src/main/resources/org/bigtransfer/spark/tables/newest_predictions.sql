-- The predictions of the newest evaluation of each network on each content of a split that recorded them.
CREATE OR REPLACE TEMPORARY VIEW newest_predictions AS
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
  AND e.split = p.split
