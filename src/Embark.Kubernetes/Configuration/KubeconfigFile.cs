using YamlDotNet.RepresentationModel;

namespace Embark.Kubernetes.Configuration;

/// <summary>What one or several kubeconfig files say together.</summary>
internal sealed class KubeconfigFile
{
    /// <summary>A larger file is no kubeconfig. (Certificates of hundreds of clusters fit.)</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly List<string> _problems = [];

    public string? CurrentContext { get; private set; }

    public Dictionary<string, KubeconfigEntry> Clusters { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, KubeconfigEntry> Users { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, KubeconfigEntry> Contexts { get; } = new(StringComparer.Ordinal);

    /// <summary>Everything found wrong so far; entries add to it as they are read.</summary>
    public List<string> Problems => _problems;

    /// <summary>
    /// Adds a file. As in kubectl the first file to set a value wins, name by name.
    /// Source: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
    /// </summary>
    public void Merge(string file)
    {
        var root = Parse(file);
        if (root is null)
            return;
        var whole = new KubeconfigEntry(file, "file", Path.GetFileName(file), root, _problems);
        CurrentContext ??= whole.Text("current-context");
        Add(whole, file, "clusters", "cluster", Clusters);
        Add(whole, file, "users", "user", Users);
        Add(whole, file, "contexts", "context", Contexts);
    }

    private static YamlMappingNode? Parse(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            if (stream.Length > MaxBytes)
                throw Unusable(file, $"has {stream.Length} bytes; a kubeconfig has at most {MaxBytes}", null);
            using var text = new StreamReader(stream);
            return YamlText.ReadMapping(text.ReadToEnd());
        }
        catch (FormatException e)
        {
            throw Unusable(file, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(file, $"cannot be read: {e.Message}", e);
        }
    }

    private static KubernetesException Unusable(string file, string why, Exception? cause) => new(
        KubernetesFailure.Credentials, $"kubeconfig {file}: {why}", $"mend the file, or name another with --kubeconfig; `kubectl config view` shows what is read", cause);

    private void Add(KubeconfigEntry whole, string file, string list, string kind, Dictionary<string, KubeconfigEntry> entries)
    {
        var inThisFile = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in whole.Items(list))
        {
            var named = item as YamlMappingNode;
            if (named is null || new KubeconfigEntry(file, list, "", named, _problems).Text("name") is not { } name)
            {
                whole.Problem<object>(item, $"an item of {list} has no name");
                continue;
            }

            if (!inThisFile.Add(name))
                whole.Problem<object>(item, $"{kind} \"{name}\" stands there twice");
            var entry = new KubeconfigEntry(file, kind, name, named, _problems);
            if (entry.Nested(kind) is { } body)
                entries.TryAdd(name, body);
            else
                entries.TryAdd(name, new KubeconfigEntry(file, kind, name, [], _problems));
        }
    }
}
