using Embark.Kubernetes.Configuration;

namespace Embark.Kubernetes;

/// <summary>Reads kubeconfig files as kubectl does.</summary>
public static class Kubeconfig
{
    /// <summary>
    /// Finds, merges and checks kubeconfig files, and picks a context. Files named in it are read now, token files with each
    /// call, plugins run with the first call. Where there is no file, a pod's own account is used.
    /// </summary>
    /// <exception cref="KubernetesException">Class Credentials: everything that is wrong, with file and line where there is one.</exception>
    public static KubernetesConnection Load(KubeconfigOptions options)
    {
        var wanted = Candidates(options);
        string[] files = [.. wanted.Where(File.Exists)];
        if (files.Length == 0)
        {
            return options.File is null && InCluster.IsHere(options.Environment)
                ? InCluster.Load(options.Environment)
                : throw Missing(wanted);
        }

        var config = new KubeconfigFile();
        foreach (var file in files)
            config.Merge(file);
        return new ContextReader(config, files, options).Read();
    }

    private static string[] Candidates(KubeconfigOptions options)
    {
        if (options.File is { Length: > 0 } one)
            return [Path.GetFullPath(one)];
        var list = options.Environment("KUBECONFIG");
        if (!string.IsNullOrEmpty(list))
            return [.. list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(Path.GetFullPath).Distinct(StringComparer.Ordinal)];
        var home = options.Environment("HOME") is { Length: > 0 } set ? set : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return [Path.Combine(home, ".kube", "config")];
    }

    private static KubernetesException Missing(string[] files) => new(
        KubernetesFailure.Credentials,
        $"no kubeconfig: {string.Join(", ", files)} {(files.Length == 1 ? "does" : "do")} not exist",
        "name the file with --kubeconfig or KUBECONFIG");
}
