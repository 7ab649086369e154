using System.Text;
using Embark.Kubernetes;
using Embark.Planning;

namespace Embark.Delivery;

/// <summary>The files of one plan for a VM that Embark does not connect to: <c>etc/…</c> as they shall lie there, and <c>bin/start-istio-proxy.sh</c>.</summary>
/// <param name="tokens">Asked once for each VM, right before its files are written.</param>
/// <param name="clock">For the manifest.</param>
internal sealed class Bundle(TokenIssuer tokens, TimeProvider clock)
{
    public const string StartScriptPath = "bin/start-istio-proxy.sh";

    private const UnixFileMode OwnerAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Writes one VM's files below <paramref name="root"/> (empty for the top).</summary>
    public async Task WriteAsync(Plan plan, string root, IBundleWriter writer, CancellationToken cancellationToken)
    {
        if (plan.Directory != Placeholder.Directory) throw new ArgumentException($"planned for {plan.Directory}, not for {Placeholder.Directory}", nameof(plan));
        var issuedAt = clock.GetUtcNow();
        var token = plan.Steps.OfType<PlanStep.WriteFile>().Select(f => f.Content).OfType<FileContent.WorkloadToken>().FirstOrDefault() is { } wanted
            ? await tokens.IssueAsync(wanted, cancellationToken)
            : null;
        using var secret = token?.Token;
        var manifest = new ManifestWriter(plan, "", clock, token, issuedAt);
        Write(plan, root, writer, token, manifest);
    }

    private static void Write(Plan plan, string root, IBundleWriter writer, ServiceAccountToken? token, ManifestWriter manifest)
    {
        if (root.Length > 0) writer.Directory(root, OwnerAll);
        foreach (var directory in plan.Steps.OfType<PlanStep.EnsureDirectory>()) writer.Directory(Below(root, directory.Path), directory.Mode & ~Others);
        foreach (var file in plan.Steps.OfType<PlanStep.WriteFile>()) File(file);
        if (plan.Steps.OfType<PlanStep.RunContainer>().SingleOrDefault() is not { } run) return;
        writer.Directory(Join(root, "bin"), OwnerAll);
        writer.File(Join(root, StartScriptPath), OwnerAll, Encoding.UTF8.GetBytes(StartScript.From(plan, run.Container)));

        void File(PlanStep.WriteFile file)
        {
            var mode = file.Mode & ~Others;
            switch (file.Content)
            {
                case FileContent.WorkloadToken:
                    writer.File(Below(root, file.Path), mode, token!.Token.Reveal());
                    break;
                case FileContent.Manifest:
                    // What only the start script knows stands there as a name, and the script fills it in.
                    writer.File(Below(root, file.Path), mode, manifest.Bytes(StartScript.ImageName)
                        is { } bytes ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace($"sha256:{Placeholder.Plan}", plan.Hash, StringComparison.Ordinal)) : []);
                    break;
                default:
                    writer.File(Below(root, file.Path), mode, Encoding.UTF8.GetBytes(PlanHash.TextOf(file.Content)));
                    break;
            }
        }
    }

    private static string Below(string root, string path) => Join(root, path.Replace(Placeholder.Directory, "etc", StringComparison.Ordinal));

    private static string Join(string root, string path) => root.Length == 0 ? path : $"{root}/{path}";
}
