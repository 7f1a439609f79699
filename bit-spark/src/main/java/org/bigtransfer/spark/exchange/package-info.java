/**
 * Sums and averages flat vectors among the replicas of a barrier stage, peer to peer. Nothing passes through the driver.
 *
 * <h2>Protocol</h2>
 *
 * <p><b>Meeting.</b> Each replica listens on a free port of its executor's address ({@link
 * org.bigtransfer.spark.exchange.Mesh}); the addresses are gathered through the barrier. Every replica connects to all of
 * lower rank, so that any two have one TCP connection. Both its ends prove by HMAC-SHA256 over both's random challenges
 * that they know the run's token ({@link org.bigtransfer.spark.exchange.Wire}); whoever cannot is hung up on.
 * Handshakes do not wait for each other, and each must end within 10 s.
 *
 * <p><b>Frames.</b> A frame is a header of 28 bytes (mark, number of the call, kind, item, payload bytes, offset), a seal,
 * and a payload of little-endian float32 or float64. The seal is a CRC32C of header and payload, 4 bytes, or where the
 * run encrypts, the 16-byte tag of AES-256-GCM. Both sides know which frame comes next; any other, and any whose seal
 * does not fit, ends the call with an error that names the peer, the frame, and both checksums. A replica that receives
 * never trusts a length off the wire.
 *
 * <p><b>Calls.</b> All replicas make the same calls in the same order. A call opens with one small frame from everybody
 * to everybody: what is summed, or the weights. Then replica r of R owns the slice [r·L/R, (r+1)·L/R) of a vector of L
 * floats, cut into tiles of 65,536 floats. In turn t each replica sends every other one its part of tile t of the other's
 * slice; the owner adds up all parts of a tile as soon as the last has come, in an order that does not depend on which
 * that was; and in turn t + 4 it sends the result to everybody. So the reduce-scatter of later tiles, the additions and
 * the all-gather of earlier ones go on at once. Each replica sends and receives 2 (R−1)/R · 4 L bytes when it has one
 * part of the vector; a replica whose share is k nodes of the reduction tree sends k times the first half.
 *
 * <pre>
 *   replica 0 → 1:  open | part 0 | part 1 | part 2 | part 3 | part 4 | result 0 | part 5 | result 1 | …
 *   replica 1 → 0:  open | part 0 | part 1 | part 2 | part 3 | part 4 | result 0 | part 5 | result 1 | …
 *                          ╰─ tile 0 of the receiver's slice           ╰─ tile 0 of the sender's own slice, reduced
 * </pre>
 *
 * <p><b>Memory.</b> Parts leave straight from the vector and results are received straight into it. Besides it there is
 * one tile (256 KiB) for each part of another replica, and when encrypted one for each peer and direction.
 *
 * <p><b>Bits.</b> {@code sum} adds float32 in the reduction tree; {@code average} accumulates weight · value in float64
 * in the order of ranks and rounds once (two equal shares in float32, with the same bits). Neither depends on R's slices, on tiles or on arrival.
 *
 * <p><b>Threads.</b> The caller's thread does everything, over non-blocking channels: while the kernel moves data it
 * adds. There is nothing to hand over, nobody else touches the vectors, and an interrupt ends the call.
 *
 * <p><b>Faults.</b> A peer that says nothing, or takes nothing, for {@code spark.bigtransfer.exchange.silence} (600 s) is
 * an error that names it. So long because others wait in the opening of a call while a replica writes a checkpoint or
 * evaluates a larger share; set it to a few times the longest of these. Once a call is open there is no reason to pause,
 * and the limit is 60 s, or the silence if that is shorter. A result may be late because of a third replica: it is given
 * a quarter longer, so that the replica that awaits the third one's part names it first. A dropped connection is an error
 * at once. After an error the vector's content is undefined and the exchange is of no more use; its connections stay open
 * until it is closed, so that the cause can be told before the others fail for want of this replica.
 *
 * <p><b>Why below Spark's network layer.</b> Chunk fetches through Spark 3.5's TransportContext alone, without any addition, take
 * longer between two JVMs of a machine than this exchange does with it; Spark's layer gives every chunk a buffer of its
 * own, and fails a transfer without saying who was silent.
 *
 * <p><b>Secrecy.</b> Where Spark is told to encrypt its own connections ({@code spark.network.crypto.enabled}, {@code
 * spark.authenticate.enableSaslEncryption}, {@code spark.ssl.rpc.enabled}), frames are encrypted, under keys made by HKDF
 * from the token and both challenges, one a direction, with a counter as nonce and the header as associated data. Else a
 * checksum guards against accidents alone: who can change packets on the way can change gradients. The token is drawn by
 * the driver for each attempt of the stage and travels in the tasks' closure, over Spark's own connections and through
 * its block manager: it is as secret as those are made by {@code spark.authenticate} with {@code spark.network.crypto} or
 * {@code spark.ssl.rpc}, and, where closures spill to disk, {@code spark.io.encryption.enabled}.
 */
package org.bigtransfer.spark.exchange;
