using Embark.Mesh;

namespace Embark.Planning;

/// <summary>What the facts of a VM mean for a plan. Without facts everything differs and nothing runs.</summary>
internal sealed class VmState(VmFacts? facts, VmPaths paths, WorkloadEntry workload, string trustDomain, string user, string hash)
{
    public string User => user;

    public Manifest? Manifest { get; } = Manifest.Read(facts?.Manifest);

    public bool HasManifest => Manifest is not null;

    public bool Differs(PlanStep.WriteFile file) =>
        facts is null || facts.FileHashes.GetValueOrDefault(file.Path) != PlanHash.Of(PlanHash.TextOf(file.Content)) || facts.Modes.GetValueOrDefault(file.Path) != file.Mode;

    /// <summary>Absent, or wider: a directory that its owner made narrower stays so.</summary>
    public bool Differs(PlanStep.EnsureDirectory directory) =>
        facts is null || !facts.Modes.TryGetValue(directory.Path, out var mode) || (mode & ~directory.Mode & FileModes.Permissions) != 0;

    /// <summary>The agent replaces the root it finds, so its text is no sign; it is written when absent, when the cluster's bundle changed, or after another user.</summary>
    public bool RootIsMissing(string roots) =>
        facts is null || !facts.FileHashes.ContainsKey(paths.Root) || facts.FileHashes.GetValueOrDefault(paths.Roots) != PlanHash.Of(roots) || OtherUserRan;

    /// <summary>Certificates that would block a join even with a good token (decision 32), and those that another user's container wrote.</summary>
    public IEnumerable<PlanStep> ForeignCertificates()
    {
        if (facts is null) yield break;
        string[] there = [.. new[] { paths.Key, paths.Chain }.Where(facts.FileHashes.ContainsKey)];
        if (there.Length > 0 && (OtherUserRan || !CertificateIsOurs)) yield return new PlanStep.RemovePaths(there);
    }

    /// <summary>Decision 1: none while the certificate or the token has more than half its life left. The bridge starts without a certificate.</summary>
    public bool NeedsToken(bool bridge, TimeSpan lifetime) =>
        facts is null || bridge || !(TokenIsFresh(lifetime) || (CertificateIsOurs && !OtherUserRan && MoreThanHalf(facts.Certificate!.NotBefore, facts.Certificate.NotAfter)));

    public ContainerFacts? Container(string name) => facts?.Containers.FirstOrDefault(c => c.Name == name);

    public bool BridgeServes => Container($"{workload.Vm.ContainerName}.bridge") is { Running: true } bridge && EmbarkLabels.IsOurs(bridge);

    /// <summary>What an interrupted replacement left behind.</summary>
    public IEnumerable<ContainerFacts> Leftovers() => (facts?.Containers ?? [])
        .Where(c => EmbarkLabels.IsOurs(c) && (c.Name == $"{workload.Vm.ContainerName}.bridge" || c.Name == $"{workload.Vm.ContainerName}.old"));

    public bool RunsThisPlan(ContainerFacts container, ContainerSpec spec) =>
        container.Running && EmbarkLabels.IsOurs(container) && container.Labels.GetValueOrDefault(EmbarkLabels.Plan) == hash && container.User == user && IsMadeAs(container, spec);

    /// <summary>A label can be copied by hand: image, words and mounts are looked at too, as far as Docker told them.</summary>
    private bool IsMadeAs(ContainerFacts container, ContainerSpec spec) =>
        (container.Arguments is null || container.Arguments.SequenceEqual(spec.Arguments, StringComparer.Ordinal))
        && (container.Mounts is null || spec.Mounts is null || container.Mounts.ToHashSet().SetEquals(spec.Mounts))
        && (container.NamedImage is null || Manifest is not { ImageDigest: { } ran } || Manifest.Plan != hash || container.NamedImage == ran);

    private bool CertificateIsOurs => facts?.Certificate is { } certificate && facts.FileHashes.ContainsKey(paths.Key) && facts.FileHashes.ContainsKey(paths.Chain)
        && certificate.KeyMatches && certificate.NotAfter > facts.Clock
        && certificate.SpiffeId == $"spiffe://{trustDomain}/ns/{workload.Name.Namespace}/sa/{workload.ServiceAccount}";

    private bool OtherUserRan => Container(workload.Vm.ContainerName) is { } container && container.User != user;

    private bool TokenIsFresh(TimeSpan lifetime) => Manifest?.Token is { } token && facts!.FileHashes.GetValueOrDefault(paths.Token) == token.Sha256
        && Manifest.WorkloadEntry == workload.Name.ToString() && token.ExpiresAt - token.IssuedAt <= lifetime + TimeSpan.FromMinutes(1) && MoreThanHalf(token.IssuedAt, token.ExpiresAt);

    private bool MoreThanHalf(DateTimeOffset from, DateTimeOffset until) => until - facts!.Clock > (until - from) / 2;
}
