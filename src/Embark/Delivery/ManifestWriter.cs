using System.Reflection;
using System.Text;
using Embark.Kubernetes;
using Embark.Planning;

namespace Embark.Delivery;

/// <summary>Completes the plan's manifest with what only delivering finds out: who, when, by which version, the token's hash and time, the image's digest.</summary>
internal sealed class ManifestWriter(Plan plan, string appliedBy, TimeProvider clock, ServiceAccountToken? token, DateTimeOffset issuedAt)
{
    /// <summary>Null where the profile has none.</summary>
    public PlanStep.WriteFile? Step { get; } = plan.Steps.OfType<PlanStep.WriteFile>().FirstOrDefault(f => f.Content is FileContent.Manifest);

    public byte[]? Bytes(string? image)
    {
        if (Step is not { Content: FileContent.Manifest { Draft: var draft } }) return null;
        var tokenPath = plan.Steps.OfType<PlanStep.WriteFile>()
            .FirstOrDefault(f => f.Content is FileContent.WorkloadToken && !f.Path.StartsWith($"{plan.Directory}/{OwnFiles.Bridge}/", StringComparison.Ordinal))?.Path;
        var complete = draft with
        {
            Version = Version,
            AppliedAt = clock.GetUtcNow(),
            AppliedBy = appliedBy,
            ImageDigest = image ?? draft.ImageDigest,
            Token = token is not null && tokenPath is not null ? new ManifestToken(tokenPath, token.Token.Sha256, issuedAt, token.ExpiresAt) : draft.Token,
        };
        return Encoding.UTF8.GetBytes(complete.Write());
    }

    private static string Version { get; } =
        typeof(ManifestWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
}
