namespace Embark.Checks;

/// <summary>What a real pilot-agent 1.30.3 and Envoy 1.40 say under each fault, top to bottom: the first row that fits names the cause.</summary>
internal static class KnownFailures
{
    private const string SignedAgain = "generated new workload certificate";
    private const string Connected = "connected to delta upstream XDS server";
    private const string CaRefused = "code = Unauthenticated desc = request authenticate failure";
    private const string JoinAgain = "run embark join again: it writes the environment from the WorkloadEntry";

    public static IReadOnlyList<KnownFailure> Rows { get; } =
    [
        // The agent ended.
        new("another-proxy", "another proxy runs on this machine and holds the agent's port {port}", "stop the other proxy, wait 6 s until its ports are free, then start this one",
            @"Error listening on status port: listen tcp \S*:(?<port>\d+): bind: address already in use"),
        new("another-proxy-draining", "another proxy is still ending, or runs, and holds {address}", "wait until it has ended (6 s), then start this one",
            @"cannot bind '(?<address>127\.0\.0\.1:15000)': Address already in use"),
        new("port-taken", "another process holds {address}, which the proxy needs; what answers there is not this proxy", "on the VM: sudo ss -ltnp 'sport = :{port}', then stop that process",
            @"cannot bind '(?<address>0\.0\.0\.0:(?<port>15021|15090))': Address already in use"),
        new("root-missing", "the mesh's root certificate is not where the agent looks for it ({file})", "run embark join again: it brings the root certificate",
            @"missing a root certificate (?<file>\S+)"),
        new("root-unreadable", "the proxy's user may not read the root certificate {file}", "on the VM: give the directory's files to the SSH user (sudo chown -R), then restart the proxy",
            @"open (?<file>\S*root-cert\.pem): permission denied"),
        new("directory-not-writable", "the proxy may not write to {path}", "run embark join again: it makes the container with directories that its user may write to",
            @"failed to listen on unix socket ""(?<path>[^""]+)"":.*permission denied"),
        new("proxy-config", "PROXY_CONFIG cannot be read: {error}", $"{JoinAgain}; an environment file keeps quotes, so there may be none around the JSON",
            @"could not parse proxy config: (?<error>.+)"),
        new("discovery-address", "discoveryAddress is no host:port: {error}", "set it to host:15012 in the mesh's configuration, then run embark join again",
            @"invalid discovery address: (?<error>.+)"),

        // A certificate of an earlier run that is of no use: it looks like a fault of the network.
        new("key-missing", "the certificate of an earlier run has no key that can be read", "on the VM: remove certs/cert-chain.pem, then run embark join again",
            @"authentication handshake failed: open \S*key\.pem: (no such file or directory|permission denied)") { HealedBy = SignedAgain },
        new("key-differs", "the certificate of an earlier run does not belong to the key beside it", "on the VM: remove certs/cert-chain.pem and certs/key.pem, then run embark join again",
            @"tls: private key does not match public key") { HealedBy = SignedAgain },
        new("foreign-certificate", "the certificate of an earlier run is of another mesh", "on the VM: remove certs/cert-chain.pem and certs/key.pem, then run embark join again",
            @"remote error: tls: unknown certificate authority") { HealedBy = SignedAgain },

        // istiod cannot be reached, or is not trusted.
        new("istiod-refused", "{address} refuses connections: nothing listens there for istiod", "let the VM gateway's Service offer 15012 and pass it to istiod (Gateway and VirtualService), and see that istiod runs",
            @"dial tcp (?<address>\S+): connect: connection refused") { HealedBy = SignedAgain },
        new("no-route", "the VM has no route to {address}", "use an address of the gateway that the VM can reach, not one of the cluster's own",
            @"dial tcp (?<address>\S+): connect: (network is unreachable|no route to host)") { HealedBy = SignedAgain },
        new("blocked", "packets to {address} are dropped on the way", "open TCP 15012 and 15443 from the VM to the gateway in the firewall",
            @"dial tcp (?<address>\S+): i/o timeout") { HealedBy = SignedAgain },
        new("name-unknown", "the VM cannot resolve {name}", "run embark join again: it gives the proxy a hosts alias for the gateway; or make the name known to the VM's DNS",
            @"dial tcp: lookup (?<name>\S+?)(:| on |: ).*") { HealedBy = SignedAgain },
        new("wrong-root", "the root certificate on the VM is not the mesh's, or something else answers in istiod's place", "run embark join again: it brings the mesh's root certificate (ConfigMap istio-ca-root-cert)",
            @"x509: certificate signed by unknown authority") { HealedBy = SignedAgain },
        new("not-tls", "what answers on istiod's port speaks no TLS", "let the gateway pass TLS through on 15012, and check the port in discoveryAddress",
            @"tls: first record does not look like a TLS handshake") { HealedBy = SignedAgain },
        new("address-is-ip", "istiod is dialled by the address {address}, which its certificate does not name", "run embark join again: it uses istiod's name with a hosts alias, or sets ISTIOD_SAN",
            @"x509: cannot validate certificate for (?<address>\S+) because it doesn't contain any IP SANs") { HealedBy = SignedAgain },
        new("ca-address-set", "CA_ADDR is set, so istiod's certificate is held against {name} when a certificate is asked for, although xDS connects", "remove CA_ADDR (keep ISTIOD_SAN) from the environment; run embark join again",
            @"failed to sign CSR: .*x509: certificate is valid for (?<names>[^""]+), not (?<name>[^""\s]+)", Connected) { HealedBy = SignedAgain },
        new("wrong-name", "istiod is dialled as {name}, which is not in its certificate ({names})", "use istiod's name with a hosts alias, or set ISTIOD_SAN and leave CA_ADDR out; run embark join again",
            @"x509: certificate is valid for (?<names>[^""]+), not (?<name>[^""\s]+)") { HealedBy = SignedAgain },
        new("plaintext-port", "discoveryAddress names istiod's plaintext port", "use port 15012 in discoveryAddress, then run embark join again",
            @"unknown service istio\.v1\.auth\.IstioCertificateService"),

        // istiod refuses the credential: it says the same words for each of these.
        new("token-missing", "the token is missing on the VM ({why}), and there is no certificate to do without it", "run embark join again: it brings a new token",
            @"failed to fetch token from file: (?<why>.+)", CaRefused) { HealedBy = SignedAgain },
        new("wrong-cluster-id", "the proxy says it is in cluster \"{cluster}\", the mesh knows cluster \"{mesh-cluster}\" (ISTIO_META_CLUSTER_ID)", JoinAgain,
            @"Initializing with upstream address ""[^""]*"" and cluster ""(?<cluster>[^""]*)""", CaRefused)
        { HealedBy = SignedAgain, When = (seen, context) => seen["cluster"].Length > 0 && seen["cluster"] != context.ClusterName },
        new("token-rejected", "istiod rejects the token: it is expired, of another cluster, for another audience, or its service account is gone", "run embark join again: it brings a new token; look at the VM's clock, and at the service account in the cluster",
            CaRefused) { HealedBy = SignedAgain },

        // The credential is somebody else's.
        new("wrong-namespace", "the token is of namespace {proven}, the environment says {claimed} (POD_NAMESPACE)", JoinAgain,
            @"no identities \(\[spiffe://[^/\s]+/ns/(?<proven>[^/\s]+)/sa/[^\]\s]+\]\) matched (?<claimed>[^/\s]+)/\S+") { When = (seen, _) => seen["proven"] != seen["claimed"] },
        new("wrong-service-account", "the token is of service account {proven}, the environment says {claimed} (SERVICE_ACCOUNT)", JoinAgain,
            @"no identities \(\[spiffe://[^/\s]+/ns/[^/\s]+/sa/(?<proven>[^\]\s]+)\]\) matched [^/\s]+/(?<claimed>[^\s{]+)"),
        new("no-workload-group", "istiod knows no WorkloadGroup {group} (ISTIO_META_AUTO_REGISTER_GROUP)", "create the WorkloadGroup, or drop the variable", @"cannot find WorkloadGroup (?<group>[^\s{]+)"),
        new("no-workload-entry", "istiod knows no WorkloadEntry {entry} (ISTIO_META_WORKLOAD_ENTRY)", "create the WorkloadEntry, or drop the variable", @"however WorkloadEntry (?<entry>\S+) is not found"),
        new("group-account", "the WorkloadGroup has another service account: {accounts}", "use the same service account in both", @"registration of WorkloadEntry service account mismatch: (?<accounts>[^{]+)"),
        new("node-metadata", "istiod cannot read the proxy's metadata: {error}", JoinAgain, @"failed to unmarshal node metadata (?<error>.+)"),

        // Envoy refuses what it got.
        new("labels", "the proxy's labels match no Sidecar (ISTIO_METAJSON_LABELS), so istiod sent the default configuration, which wants the application's own 127.0.0.1:{port}", "run embark join again: it sends the WorkloadEntry's labels; see that the Sidecar's workloadSelector has them",
            @"listener '127\.0\.0\.1_(?<port>\d+)' config rejected: cannot bind '[^']+': Address already in use") { When = (_, context) => !context.EgressBinds.Contains("127.0.0.1") },
        new("instance-ip", "{address} is not an address of this machine (INSTANCE_IP)", "set the annotation sidecar-bootstrap.istio.io/proxy-instance-ip to an address of the VM, and keep the public one in spec.address",
            @"config rejected: cannot bind '(?<address>[^']+):\d+': Cannot assign requested address"),
        new("application-port-taken", "another process, as a rule the application itself, holds {address}:{port}, which the Sidecar's ingress binds", "let the application listen on 127.0.0.1:{port} only, then restart the proxy",
            @"listener '(?<address>[^']+)_(?<port>\d+)' config rejected: cannot bind '[^']+': Address already in use") { When = (seen, context) => context.Inbound.Contains($"{seen["address"]}_{seen["port"]}") },
        new("egress-port-taken", "another process holds {address}:{port}, which the Sidecar's egress binds", "free it, or choose another bind in the Sidecar, then restart the proxy",
            @"listener '(?<address>[^']+)_(?<port>\d+)' config rejected: cannot bind '[^']+': Address already in use"),
        new("privileged-port", "the proxy may not bind {address}: ports below 1024 need a right", "run embark join --privileged-ports, or use a port from 1024",
            @"config rejected: cannot bind '(?<address>[^']+)': Permission denied"),
        new("access-log", "the proxy's user may not write the access log {file}", "run embark join again: it makes the container with a user of its own", @"unable to open file '(?<file>[^']+)': Permission denied"),
        new("tracing-hidden", "the Sidecar hides the tracing provider's service ({cluster})", "add that service's namespace to the Sidecar's egress hosts, such as istio-system/*", @"envoy\.tracers\.\w+: unknown cluster '(?<cluster>[^']+)'"),
        new("not-istio-proxy", "the image is no Istio proxy: its Envoy lacks {extension}", "use istio/proxyv2, or a build of it", @"Didn't find a registered implementation for '(?<extension>istio\.[^']+)'"),
        new("configuration-rejected", "Envoy refuses {listener}: {reason}", "mend what the reason names, then restart the proxy", @"(?<listener>listener '[^']*'|cluster '[^']*'|[\w./-]+) config rejected: (?<reason>.+?)(\s+thread=|$)"),

        // It was well once. (A proxy that has no configuration calls the application unhealthy too.)
        new("istiod-lost", "the control plane is lost since {seconds} s: {reason}", "see that istiod and the VM gateway run; the proxy goes on with what it has, until its certificate ends",
            @"DeltaAggregatedResources gRPC config stream to xds-grpc closed since (?<seconds>\d+)s ago: 14, (?<reason>.+?)(\{via_upstream\}|$)") { HealedBy = Connected },
        new("application-unhealthy", "the application does not answer its probe: {reason}", "start the application, or correct the readinessProbe in the annotation proxy.istio.io/config",
            @"failure threshold hit, marking as unhealthy: (?!config (not|received)|server is|failed to get (server info|readiness))(?<reason>.+)") { HealedBy = "success threshold hit, marking as healthy" },
        new("stopping", "the proxy is being stopped", "wait until it has ended, then look again", @"server is terminated: received signal: terminated"),
    ];

    /// <summary>The cause that the log of a start names; null when it names none: some faults say nothing at all.</summary>
    /// <param name="log">Log of the proxy; what stands before its last start is left out.</param>
    /// <param name="context">For what looks alike.</param>
    public static KnownCause? Find(string log, LogContext context)
    {
        var start = log.LastIndexOf("\tinfo\tVersion ", StringComparison.Ordinal);
        var since = (start < 0 ? log : log[start..]).ReplaceLineEndings("\n");
        return Rows.Select(row => row.In(since, context)).FirstOrDefault(cause => cause is not null);
    }
}
