namespace Embark.Delivery;

/// <summary>What in the directory on the VM is ours, by name. Everything else there is somebody else's and stays.</summary>
internal static class OwnFiles
{
    public const string Manifest = "manifest.json";

    /// <summary>Scratch: new files until they are moved into place.</summary>
    public const string Next = "next";

    /// <summary>Scratch: what was there, until the new proxy is proved.</summary>
    public const string Previous = "previous";

    /// <summary>Scratch: files of the temporary proxy.</summary>
    public const string Bridge = "bridge";

    /// <summary>True for what a delivery makes and clears by itself.</summary>
    public static bool IsScratch(string name) => name.Split('/')[0] is Next or Previous or Bridge;

    public static readonly IReadOnlyList<string> Directories = ["tokens", "certs", Next, Bridge, Previous];

    /// <summary>Files of both profiles, relative to the directory.</summary>
    public static readonly IReadOnlyList<string> Files =
    [
        "sidecar.env", "istio-ca.pem", "tokens/istio-token", "certs/root-cert.pem", "certs/cert-chain.pem", "certs/key.pem", "k8s-ca.pem", "istio-token", Manifest,
    ];
}
