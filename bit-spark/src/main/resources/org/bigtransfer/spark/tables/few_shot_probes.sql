-- Accuracy of linear probes on a few examples of each class, over the draws of them; of each network the newest probes.
CREATE OR REPLACE TEMPORARY VIEW few_shot_probes AS
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
GROUP BY model_run_id, step, dataset, split, output, l2, shots
