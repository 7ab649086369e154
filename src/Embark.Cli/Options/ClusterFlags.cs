using System.CommandLine;
using Embark.Kubernetes;

namespace Embark.Cli.Options;

/// <summary>Which cluster and which namespace, as kubectl and the original spell it.</summary>
internal sealed class ClusterFlags
{
    private readonly Option<string?> _kubeconfig = Flag.Text("--kubeconfig", "FILE", "kubeconfig to use; else KUBECONFIG, else ~/.kube/config", "-c");
    private readonly Option<string?> _context = Flag.Text("--context", "NAME", "context of the kubeconfig; else its current one");
    private readonly Option<string?> _namespace = Flag.Text("--namespace", "NAMESPACE", "namespace of the WorkloadEntry; else the context's", "-n");
    private readonly Option<bool> _insecure = Flag.Switch("--insecure-skip-tls-verify", "accept any certificate of the API server; whoever answers gets your credentials");

    /// <param name="command">Gets the flags.</param>
    /// <param name="namespaced">False for commands that work on the mesh's own namespace.</param>
    public ClusterFlags(Command command, bool namespaced = true)
    {
        foreach (var option in new Option[] { _kubeconfig, _context, _insecure }) command.Add(option);
        if (namespaced) command.Add(_namespace);
    }

    public string? Namespace(ParseResult parsed) => parsed.GetValue(_namespace);

    public KubeconfigOptions Read(ParseResult parsed) => new()
    {
        File = parsed.GetValue(_kubeconfig),
        Context = parsed.GetValue(_context),
        AllowInsecureTls = parsed.GetValue(_insecure),
    };
}
