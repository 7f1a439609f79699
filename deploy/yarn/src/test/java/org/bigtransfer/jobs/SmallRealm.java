package org.bigtransfer.jobs;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kerby.kerberos.kerb.KrbException;
import org.apache.kerby.kerberos.kerb.server.SimpleKdcServer;

/** A Kerberos realm on loopback: principals, and what JVMs need to ask its key distribution center. */
final class SmallRealm implements AutoCloseable {
    private static final String NAME = "EXAMPLE.COM";

    private final Path folder;
    private final SimpleKdcServer kdc;

    /** Starts it, for this JVM too. @param folder for keytabs and the settings of clients */
    SmallRealm(Path folder) throws IOException, KrbException {
        this.folder = Files.createDirectories(folder);
        kdc = new SimpleKdcServer();
        kdc.setWorkDir(folder.toFile());
        kdc.setKdcRealm(NAME);
        kdc.setKdcHost("localhost");
        kdc.setAllowUdp(false);
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            kdc.setKdcTcpPort(free.getLocalPort());
        }
        kdc.init();
        kdc.start();
        System.setProperty("java.security.krb5.conf", settings().toString());
    }

    /** For {@code java.security.krb5.conf}. */
    Path settings() {
        return folder.resolve("krb5.conf");
    }

    /** A new principal. @return its keytab */
    Path keytab(String name) throws KrbException {
        File keytab = folder.resolve(name.replace('/', '-') + ".keytab").toFile();
        kdc.createAndExportPrincipals(keytab, principal(name));
        return keytab.toPath();
    }

    /** Its name in the realm. */
    String principal(String name) {
        return name + "@" + NAME;
    }

    @Override
    public void close() throws KrbException {
        kdc.stop();
    }
}
