using Embark.Kubernetes;
using Embark.Mesh;

namespace Embark.Planning;

/// <summary>The VM's <c>/etc/hosts</c>: our block for one WorkloadEntry, and all that stands outside of it.</summary>
internal sealed class HostsFile
{
    private readonly NamespacedName _owner;
    private readonly List<string> _block = [];
    private readonly Dictionary<string, HashSet<string>> _others = new(StringComparer.OrdinalIgnoreCase);

    private HostsFile(string text, NamespacedName owner)
    {
        _owner = owner;
        var inside = false;
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            if (line == Begin(owner)) (inside, HasBlock) = (true, true);
            else if (inside && line == End(owner)) inside = false;
            else if (inside) _block.Add(line);
            else Note(line);
        }
    }

    /// <summary>True when our block is there.</summary>
    public bool HasBlock { get; }

    public static HostsFile Of(VmFacts facts, NamespacedName owner) => new(facts.HostsFile ?? "", owner);

    /// <summary>The block as it stands in the file, with its markers.</summary>
    public static string Block(NamespacedName owner, IEnumerable<string> lines) => string.Concat([$"{Begin(owner)}\n", .. lines.Select(line => $"{line}\n"), $"{End(owner)}\n"]);

    /// <summary>What brings the file to the wanted state; null when it is. Names that somebody else gave another address stay theirs.</summary>
    /// <param name="names">What shall be there; null for no block.</param>
    /// <param name="findings">Takes the conflicts.</param>
    public PlanStep.KeepNames? StepFor(MeshNames? names, Findings findings)
    {
        List<string> wanted = [.. (names?.Lines ?? []).Select(line => Without(line, findings)).OfType<NameLine>().Select(line => line.ToString())];
        var same = wanted.Count == 0 ? !HasBlock : HasBlock && wanted.SequenceEqual(_block);
        return same ? null : new(_owner.ToString(), wanted);
    }

    private NameLine? Without(NameLine line, Findings findings)
    {
        var free = new List<string>();
        foreach (var name in line.Names)
        {
            if (!_others.TryGetValue(name, out var addresses)) free.Add(name);
            else if (addresses.FirstOrDefault(a => a != line.Address) is { } other)
                findings.Warn("VM /etc/hosts", $"{name} stands there with {Printable.Text(other, 60)}, not {line.Address}; it is left alone, and calls by it do not go to the mesh", "remove that line, or call the service by another of its names");
        }
        return free.Count == 0 ? null : line with { Names = free };
    }

    private void Note(string line)
    {
        var words = line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in words.Skip(1))
        {
            if (!_others.TryGetValue(name, out var addresses)) _others[name] = addresses = new(StringComparer.OrdinalIgnoreCase);
            addresses.Add(words[0]);
        }
    }

    private static string Begin(NamespacedName owner) => $"# BEGIN embark {owner}";

    private static string End(NamespacedName owner) => $"# END embark {owner}";
}
