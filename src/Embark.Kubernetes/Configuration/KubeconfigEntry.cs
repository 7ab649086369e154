using YamlDotNet.RepresentationModel;

namespace Embark.Kubernetes.Configuration;

/// <summary>One named cluster, user or context, with the file it stands in: paths in it are relative to that file.</summary>
internal sealed class KubeconfigEntry(string file, string kind, string name, YamlMappingNode body, List<string> problems)
{
    public string Name => name;

    /// <summary>Such as <c>cluster "dev" of /home/me/.kube/config</c>.</summary>
    public string Source => $"{kind} \"{name}\" of {file}";

    /// <summary>Absolute path of a path in this entry.</summary>
    public string Resolve(string path) => Path.GetFullPath(path, Path.GetDirectoryName(file)!);

    /// <summary>A scalar; null when it is absent, empty or null.</summary>
    public string? Text(string key) => Find(key) switch
    {
        null => null,
        YamlScalarNode scalar => YamlValue.Text(scalar),
        var other => Problem<string>(other, $"{key} must be a text"),
    };

    public bool Flag(string key) => Text(key) switch
    {
        null or "false" or "False" or "FALSE" => false,
        "true" or "True" or "TRUE" => true,
        var other => Problem<object>(Find(key)!, $"{key} must be true or false, not \"{other}\"") is not null,
    };

    public IReadOnlyList<YamlNode> Items(string key) => Find(key) switch
    {
        null or YamlScalarNode { Value: null or "" or "null" or "~" } => [],
        YamlSequenceNode list => [.. list.Children],
        var other => Problem<IReadOnlyList<YamlNode>>(other, $"{key} must be a list") ?? [],
    };

    /// <summary>A mapping below this entry, read in the same way; null when it is absent.</summary>
    public KubeconfigEntry? Nested(string key) => Find(key) switch
    {
        null or YamlScalarNode { Value: null or "" or "null" or "~" } => null,
        YamlMappingNode map => new KubeconfigEntry(file, kind, name, map, problems),
        var other => Problem<KubeconfigEntry>(other, $"{key} must be a mapping"),
    };

    public YamlMappingNode Body => body;

    /// <summary>Notes what is wrong with this entry as a whole.</summary>
    public T? Problem<T>(string what)
        where T : class
    {
        problems.Add($"{Source}: {what}");
        return null;
    }

    public T? Problem<T>(YamlNode at, string what)
        where T : class
    {
        problems.Add($"{Source}, line {at.Start.Line}: {what}");
        return null;
    }

    private YamlNode? Find(string key) => body.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;
}
