using Embark.Sandbox.Vm;

namespace Embark.Sandbox.Up;

/// <summary>Words of a command line, taken one option at a time; what is left over at the end is an error.</summary>
internal sealed class Words(IEnumerable<string> words)
{
    private readonly List<string> _words = [.. words];

    /// <summary>True when the flag is there.</summary>
    public bool Flag(string name) => _words.Remove(name);

    /// <summary>The value of <c>--name value</c> or <c>--name=value</c>; null when absent, the last one when repeated.</summary>
    public string? Value(string name) => Values(name) is [.., var last] ? last : null;

    public IReadOnlyList<string> Values(string name)
    {
        var values = new List<string>();
        for (var at = 0; at < _words.Count;)
        {
            if (_words[at] == name)
            {
                if (at + 1 >= _words.Count)
                    throw new SandboxException($"{name} needs a value");
                values.Add(_words[at + 1]);
                _words.RemoveRange(at, 2);
            }
            else if (_words[at].StartsWith(name + "=", StringComparison.Ordinal))
            {
                values.Add(_words[at][(name.Length + 1)..]);
                _words.RemoveAt(at);
            }
            else
            {
                at++;
            }
        }
        return values;
    }

    /// <summary>The next word that is no option; null when there is none.</summary>
    public string? Next()
    {
        var at = _words.FindIndex(word => !word.StartsWith('-'));
        if (at < 0)
            return null;
        var word = _words[at];
        _words.RemoveAt(at);
        return word;
    }

    /// <summary><c>--engine</c>: which Docker the VM has.</summary>
    public VmDocker Engine() => Value("--engine") switch
    {
        null or "standin" => VmDocker.StandIn,
        "docker" => VmDocker.Engine,
        "none" => VmDocker.None,
        var other => throw new SandboxException($"--engine {other}: not known", "one of standin, docker, none"),
    };

    public void End()
    {
        if (_words.Count > 0)
            throw new SandboxException($"not understood: {string.Join(' ', _words)}", "embark-sandbox --help");
    }
}
