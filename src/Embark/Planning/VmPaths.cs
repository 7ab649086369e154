namespace Embark.Planning;

/// <summary>Where everything of ours lies on the VM, below one directory (sidecar-bootstrap 5.1, decision 4).</summary>
/// <param name="Directory">That directory.</param>
public sealed record VmPaths(string Directory)
{
    /// <summary>Environment file.</summary>
    public string Environment => $"{Directory}/sidecar.env";

    /// <summary>Root bundle as read from the cluster: the record that Embark compares with.</summary>
    public string Roots => $"{Directory}/istio-ca.pem";

    /// <summary>CA of the cluster itself; tetrate profile.</summary>
    public string KubernetesCa => $"{Directory}/k8s-ca.pem";

    /// <summary>Directory of the token.</summary>
    public string Tokens => $"{Directory}/tokens";

    /// <summary>The token.</summary>
    public string Token => $"{Tokens}/istio-token";

    /// <summary>The token in the tetrate profile.</summary>
    public string TetrateToken => $"{Directory}/istio-token";

    /// <summary>Directory that the agent writes its certificate to.</summary>
    public string Certificates => $"{Directory}/certs";

    /// <summary>Root that the agent needs before its first start.</summary>
    public string Root => $"{Certificates}/root-cert.pem";

    /// <summary>Private key, made by the agent; never read.</summary>
    public string Key => $"{Certificates}/key.pem";

    /// <summary>Certificate, made by the agent; never read.</summary>
    public string Chain => $"{Certificates}/cert-chain.pem";

    /// <summary>What is installed here; written last.</summary>
    public string Manifest => $"{Directory}/manifest.json";

    /// <summary>Lock of the VM (decision 3).</summary>
    public string Lock => $"{Directory}/lock";

    /// <summary>New files until they are moved into place (decision 4).</summary>
    public VmPaths Next => new($"{Directory}/next");

    /// <summary>What was there before, until the new proxy is proved (decision 4).</summary>
    public VmPaths Previous => new($"{Directory}/previous");

    /// <summary>Files of the bridge.</summary>
    public VmPaths Bridge => new($"{Directory}/bridge");

    /// <summary>Every file that Embark or the agent may have put directly into this tree.</summary>
    internal IReadOnlyList<string> Files => [Environment, Roots, KubernetesCa, TetrateToken, Token, Root, Key, Chain, Manifest];

    /// <summary>Directories of this tree, deepest first.</summary>
    internal IReadOnlyList<string> Directories => [Tokens, Certificates, Directory];
}
