using System.Text;
using Embark.Mesh;

namespace Embark.Planning;

/// <summary>Steps of the modern profile: files (sidecar-bootstrap 5.1), then the container (5.5), over a bridge where one runs (5.7).</summary>
internal sealed record ModernPlan(MeshSettings Mesh, WorkloadEntry Workload, VmFacts? Facts, ProxyConfiguration Config, string Image, VmPaths Paths)
{
    private JoinOptions Options => Workload.Vm.Options;

    // Said on a VM that is asked; a dry run and a bundle leave it out, as they leave out what only the VM knows.
    private string? Cluster => Facts is null ? null : Mesh.ClusterId;

    private UnixFileMode TokensMode => Options.PrivilegedPorts ? FileModes.GroupDirectory : FileModes.OwnerDirectory;

    private UnixFileMode TokenMode => Options.PrivilegedPorts ? FileModes.OwnerAndGroupRead : FileModes.OwnerOnly;

    private UnixFileMode CertificatesMode => Options.PrivilegedPorts ? FileModes.GroupWritableDirectory : FileModes.OwnerDirectory;

    public (IReadOnlyList<PlanStep> Steps, string Hash) Make(Findings findings)
    {
        var words = new ModernContainer(Mesh, Workload, Facts, Image, Config.HostAliases);
        var environment = SidecarEnvironment.For(new(Mesh, Workload, Config), findings);
        PlanStep.WriteFile[] files =
        [
            new(Paths.Environment, FileModes.OwnerAndGroupRead, new FileContent.Text(environment)),
            new(Paths.Roots, FileModes.Public, new FileContent.Text(Mesh.RootCertificates)),
            new(Paths.Root, FileModes.Public, new FileContent.SameAs(Paths.Roots, Mesh.RootCertificates)),
        ];
        // Facts that change nothing, the label itself and files only are left out of the hash; the user id changes the container.
        var hash = PlanHash.Of(Profile.Modern, files, Options.StartProxy ? words.Proxy(Paths, Label(Placeholder.Plan)) : null);
        words = words with { Cluster = Cluster };
        var label = Facts is null ? Label(Placeholder.Plan) : hash;
        var state = new VmState(Facts, Paths, Workload, Mesh.TrustDomain, words.User, hash);
        var containers = Options.StartProxy ? ContainerSteps(state, words, label, findings) : [];
        var replacing = containers.OfType<PlanStep.ReplaceContainer>().Any();

        List<PlanStep> steps =
        [
            .. state.ForeignCertificates(),
            .. Directories(state),
            .. files.Where(f => f.Path == Paths.Root ? state.RootIsMissing(Mesh.RootCertificates) : state.Differs(f)),
            .. state.NeedsToken(replacing, Options.EffectiveTokenLifetime) ? [Token(Paths)] : Array.Empty<PlanStep>(),
            .. containers,
        ];
        // A manifest that is gone is written anew: without it the next run knows nothing of the token.
        if (steps.Count > 0 || !state.HasManifest) steps.Add(ManifestStep(files, label, state, steps));
        return (steps, hash);
    }

    private static string Label(string hash) => $"sha256:{hash}";

    private IEnumerable<PlanStep> Directories(VmState state) => new PlanStep.EnsureDirectory[]
    {
        new(Paths.Directory, FileModes.GroupDirectory), new(Paths.Tokens, TokensMode), new(Paths.Certificates, CertificatesMode),
    }.Where(state.Differs);

    private PlanStep.WriteFile Token(VmPaths paths) => new(paths.Token, TokenMode,
        new FileContent.WorkloadToken(new(Workload.Name.Namespace, Workload.ServiceAccount), Mesh.TokenAudience, Options.EffectiveTokenLifetime));

    private List<PlanStep> ContainerSteps(VmState state, ModernContainer words, string label, Findings findings)
    {
        var pull = new PlanStep.PullImage(Image);
        var proxy = words.Proxy(Paths, label);
        var leftovers = state.Leftovers().Select(c => new PlanStep.RemoveContainer(c.Name)).ToList<PlanStep>();
        var current = state.Container(Workload.Vm.ContainerName);
        if (current is not null && !EmbarkLabels.IsOurs(current) && !Options.Adopt)
        {
            findings.RefuseVm($"VM {Workload.Vm.Ssh} container {current.Name}", "was not made by Embark", "remove or rename it, choose another name by annotation, or take it over with --adopt");
            return [];
        }
        return (current, state.BridgeServes) switch
        {
            (null, _) => [pull, new PlanStep.RunContainer(proxy), .. leftovers],
            // An interrupted replacement: the bridge carries the traffic, so it is finished before the bridge goes.
            ({ Running: false }, true) => [pull, new PlanStep.RemoveContainer(current.Name), new PlanStep.RunContainer(proxy), .. leftovers],
            ({ Running: false }, _) => [.. leftovers, pull, new PlanStep.RemoveContainer(current.Name, !EmbarkLabels.IsOurs(current)), new PlanStep.RunContainer(proxy)],
            _ when state.RunsThisPlan(current, proxy) && !OtherMesh.IsOther(current.Labels.GetValueOrDefault(EmbarkLabels.Cluster), Mesh) => leftovers,
            _ => [.. leftovers, pull, .. BridgeFiles(findings), Replace(state, words, proxy, label, current), BridgeGone()],
        };
    }

    private IEnumerable<PlanStep> BridgeFiles(Findings findings)
    {
        var bridge = Paths.Bridge;
        var environment = SidecarEnvironment.For(new(Mesh, Workload, Config with { Json = BridgeConfig() }) { Bridge = true }, findings);
        return
        [
            new PlanStep.EnsureDirectory(bridge.Directory, FileModes.GroupDirectory),
            new PlanStep.EnsureDirectory(bridge.Tokens, TokensMode),
            new PlanStep.EnsureDirectory(bridge.Certificates, CertificatesMode),
            new PlanStep.WriteFile(bridge.Environment, FileModes.OwnerAndGroupRead, new FileContent.Text(environment)),
            new PlanStep.WriteFile(bridge.Root, FileModes.Public, new FileContent.SameAs(Paths.Roots, Mesh.RootCertificates)),
            Token(bridge),
        ];
    }

    private System.Text.Json.Nodes.JsonObject BridgeConfig()
    {
        var config = Config.Json.DeepClone().AsObject();
        config["proxyAdminPort"] = Workload.Vm.Ports.Beside.Admin;
        config["statusPort"] = Workload.Vm.Ports.Beside.Status;
        config.Remove("readinessProbe"); // istiod hears of the VM's health from the proxy itself
        return config;
    }

    private PlanStep.ReplaceContainer Replace(VmState state, ModernContainer words, ContainerSpec proxy, string label, ContainerFacts current) =>
        new(proxy, words.Bridge(Paths, label), GapExpected: !EmbarkLabels.IsOurs(current) || current.User != state.User)
        {
            Listeners = new SidecarListeners(Workload, Mesh.ClusterDomain).Names,
        };

    private PlanStep.RemovePaths BridgeGone()
    {
        var bridge = Paths.Bridge;
        return new([bridge.Environment, bridge.Token, bridge.Root, bridge.Key, bridge.Chain, .. bridge.Directories]);
    }

    private PlanStep.WriteFile ManifestStep(PlanStep.WriteFile[] files, string label, VmState state, List<PlanStep> steps)
    {
        var pulls = steps.Any(s => s is PlanStep.PullImage);
        var issues = steps.Any(s => s is PlanStep.WriteFile { Content: FileContent.WorkloadToken });
        return new(Paths.Manifest, FileModes.OwnerAndGroupRead, new FileContent.Manifest(new()
        {
            WorkloadEntry = Workload.Name.ToString(),
            Cluster = Cluster,
            ResourceVersion = Workload.ResourceVersion,
            Profile = "modern",
            Plan = label,
            Image = Options.StartProxy ? Image : null,
            ImageDigest = pulls ? null : state.Manifest?.ImageDigest,
            Token = issues ? null : state.Manifest?.Token,
            Files = [.. files.Select(f => Entry(f.Path, f.Mode, PlanHash.TextOf(f.Content)))],
        }));
    }

    private static ManifestFile Entry(string path, UnixFileMode mode, string text) =>
        new(path, mode.Octal(), Encoding.UTF8.GetByteCount(text), PlanHash.Of(text));
}
