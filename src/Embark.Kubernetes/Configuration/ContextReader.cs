namespace Embark.Kubernetes.Configuration;

/// <summary>Turns one context of merged kubeconfig files into a connection, or names everything that is wrong with it.</summary>
internal sealed class ContextReader(KubeconfigFile config, IReadOnlyList<string> files, KubeconfigOptions options)
{
    public KubernetesConnection Read()
    {
        var name = options.Context ?? config.CurrentContext
            ?? throw Refused("no current-context is set", $"choose one with --context; {Contexts()}");
        if (!config.Contexts.TryGetValue(name, out var context))
            throw Refused($"there is no context \"{name}\"", $"choose another with --context; {Contexts()}");

        var cluster = Named(context, "cluster", config.Clusters);
        var user = Named(context, "user", config.Users);
        if (cluster is null || user is null)
            throw Problems($"mend the context, or choose another with --context; {Contexts()}");

        var server = new ClusterReader(cluster, options);
        var connection = new KubernetesConnection(new UserReader(user, cluster).Read(), options.Environment)
        {
            Server = server.Address() ?? new Uri("https://invalid.invalid"),
            Namespace = context.Text("namespace") ?? "default",
            Context = name,
            Source = context.Source,
            Warnings = [.. files.SelectMany(FileExposure.Warnings)],
            CertificateAuthority = server.CertificateAuthority(),
            CertificateAuthoritySource = server.CertificateAuthoritySource,
            TlsServerName = cluster.Text("tls-server-name"),
            InsecureTls = server.InsecureTls(),
            Proxy = server.Proxy(),
        };
        return config.Problems.Count == 0 ? connection : throw Problems("mend the kubeconfig; `kubectl config view` shows what is read");
    }

    private static KubeconfigEntry? Named(KubeconfigEntry context, string kind, Dictionary<string, KubeconfigEntry> entries) =>
        context.Text(kind) is not { } name ? context.Problem<KubeconfigEntry>($"names no {kind}")
        : entries.TryGetValue(name, out var entry) ? entry
        : context.Problem<KubeconfigEntry>($"names {kind} \"{name}\", which is not there");

    private string Contexts() => config.Contexts.Count == 0
        ? "there are none"
        : $"there {(config.Contexts.Count == 1 ? "is" : "are")} {string.Join(", ", config.Contexts.Keys.Order(StringComparer.Ordinal))}";

    private KubernetesException Problems(string fix) => new(
        KubernetesFailure.Credentials,
        config.Problems is [var one] ? $"kubeconfig: {one}" : $"kubeconfig: {config.Problems.Count} problems\n  {string.Join("\n  ", config.Problems)}",
        fix);

    private KubernetesException Refused(string what, string fix) =>
        new(KubernetesFailure.Credentials, $"kubeconfig {string.Join(", ", files)}: {what}", fix);
}
