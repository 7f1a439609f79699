package org.bigtransfer.spark.storage;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, and sums of it that do not depend on an order. */
public final class Digests {
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(256);

    private Digests() {}

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 must be there: every Java platform has it", e);
        }
    }

    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    /** The digest of a few strings, none of which may hold a zero character. */
    public static BigInteger number(String... parts) {
        return new BigInteger(1, sha256().digest(String.join("\0", parts).getBytes(StandardCharsets.UTF_8)));
    }

    /** a + b mod 2^256. */
    public static BigInteger add(BigInteger a, BigInteger b) {
        return a.add(b).mod(MODULUS);
    }

    public static String hex(BigInteger sum) {
        return "%064x".formatted(sum);
    }
}
