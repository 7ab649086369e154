using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Kubernetes;

namespace Embark.Cli.Commands;

/// <summary>The cluster that a command talks to; nothing is sent before it is asked for something.</summary>
internal sealed class ClusterConnection : IDisposable
{
    private ClusterConnection(KubernetesClient client, string @namespace) => (Client, Namespace) = (client, @namespace);

    public KubernetesClient Client { get; }

    /// <summary>Namespace of the kubeconfig's context.</summary>
    public string Namespace { get; }

    /// <param name="options">Which cluster.</param>
    /// <param name="terminal">Gets warnings and traces.</param>
    /// <param name="mostBytes">Largest answer taken; null for the client's own limit.</param>
    public static ClusterConnection Open(KubeconfigOptions options, Terminal terminal, int? mostBytes = null)
    {
        var connection = Kubeconfig.Load(options);
        foreach (var warning in connection.Warnings) terminal.Warning(warning);
        var client = KubernetesClient.Connect(connection, new KubernetesClientOptions
        {
            Interactive = Terminal.CanAsk,
            UserAgent = $"embark/{VersionCommand.Version.Split('+')[0]}",
            // The command line speaks TLS with nobody but the cluster.
            OwnTrustOnly = true,
            MaxAnswerBytes = mostBytes ?? KubernetesClientOptions.Default.MaxAnswerBytes,
            Trace = terminal.Trace("API", VerbosityFlag.Requests),
        });
        return new ClusterConnection(client, connection.Namespace);
    }

    public void Dispose() => Client.Dispose();
}
