-- Images that one of two networks has right and the other wrong, both evaluated on the same content. All pairs of
-- networks are there, so name the two: WHERE model_run_a = '…' AND model_run_b = '…', which reads their files' rows only.
CREATE OR REPLACE TEMPORARY VIEW flips AS
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
WHERE (a.true_rank = 1) <> (b.true_rank = 1)
