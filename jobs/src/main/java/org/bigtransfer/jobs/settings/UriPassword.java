package org.bigtransfer.jobs.settings;

import java.util.regex.Pattern;

/**
 * Passwords in URIs, such as {@code s3a://key:secret@bucket}. Where data is gets into logs, tables and pages, so settings
 * hold none, and what is said of a setting that does hides it.
 */
final class UriPassword {
    /** Neither {@code host:9000/a@b} nor {@code abfs://container@account}, which are no secrets. */
    private static final Pattern USER_INFO = Pattern.compile(
            "(?<=://)(?:[^@\\s:/\\[\"]*:(?!\\d+/)[^@\\s\"]*|(?<=(?:https?|ftps?|sftp)://)[^/@\\s\"]+)(?=@)");

    /** May be a token, or a signature. */
    private static final Pattern QUERY = Pattern.compile("(?<=://[^?\\s\"]{1,500}\\?)[^\\s\")]+");

    private UriPassword() {}

    static boolean isIn(String text) {
        return USER_INFO.matcher(text).find();
    }

    /** Queries are hidden too. */
    static String hidden(String text) {
        return QUERY.matcher(USER_INFO.matcher(text).replaceAll("***")).replaceAll("***");
    }
}
