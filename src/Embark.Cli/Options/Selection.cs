using Embark.Cli.Output;
using Embark.Kubernetes;
using Embark.Mesh;

namespace Embark.Cli.Options;

/// <summary>Which VMs a command is about. The argument is split at its last dot; that namespace wins over <c>-n</c>.</summary>
internal sealed record Selection
{
    /// <summary>Name of the one WorkloadEntry; null for many.</summary>
    public string? Name { get; init; }

    /// <summary>Namespace; null for the one of the kubeconfig's context.</summary>
    public string? Namespace { get; init; }

    /// <summary>Tried where the entry is absent: the whole argument as a name in the namespace of <c>-n</c>; null for none.</summary>
    public string? OtherName { get; init; }

    /// <summary>Namespace of <see cref="OtherName"/>.</summary>
    public string? OtherNamespace { get; init; }

    /// <summary>Label selector for many; null for all.</summary>
    public string? LabelSelector { get; init; }

    public static Selection Of(string? argument, string? @namespace, string? labelSelector)
    {
        if (argument is null) return new Selection { Namespace = @namespace, LabelSelector = labelSelector };
        var dot = argument.LastIndexOf('.');
        if (dot < 0) return new Selection { Name = argument, Namespace = @namespace };
        return new Selection
        {
            Name = argument[..dot],
            Namespace = argument[(dot + 1)..],
            OtherName = @namespace is null ? null : argument,
            OtherNamespace = @namespace,
        };
    }

    /// <summary>The one entry that is meant; the cluster is asked only where two could be.</summary>
    public async Task<NamespacedName> NameAsync(MeshReader reader, string contextNamespace, Terminal terminal, CancellationToken cancellationToken)
    {
        var name = new NamespacedName(Namespace ?? contextNamespace, Name!);
        if (OtherName is null || OtherNamespace is null || await reader.HasWorkloadAsync(name, cancellationToken)) return name;
        var other = new NamespacedName(OtherNamespace, OtherName);
        terminal.Error.WriteLine($"there is no WorkloadEntry {name}; taking {other}");
        return other;
    }

    public static bool IsName(string argument) => argument.Length > 0 && argument[0] != '.' && argument[^1] != '.';

    public static string Refusal(string argument) => argument.Length == 0
        ? "the name of the WorkloadEntry is empty"
        : $"\"{argument}\": {(argument[0] == '.' ? "the name before the dot is empty" : "an empty namespace may not be set when a resource name is provided")}";
}
