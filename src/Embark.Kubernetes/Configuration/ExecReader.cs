using System.Text.Json.Nodes;
using Embark.Kubernetes.Credentials;
using YamlDotNet.RepresentationModel;

namespace Embark.Kubernetes.Configuration;

/// <summary>
/// Reads the exec plugin of a user.
/// Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
/// </summary>
internal sealed class ExecReader(KubeconfigEntry exec, KubeconfigEntry cluster)
{
    private const string ExtensionName = "client.authentication.k8s.io/exec";

    public ExecPluginSpec? Read()
    {
        var version = exec.Text("apiVersion");
        if (version is not ("client.authentication.k8s.io/v1" or "client.authentication.k8s.io/v1beta1"))
            return exec.Problem<ExecPluginSpec>($"exec: apiVersion must be client.authentication.k8s.io/v1 or v1beta1, not \"{version}\"; a newer plugin, or its newer set-up command, writes it");
        if (exec.Text("command") is not { } command)
            return exec.Problem<ExecPluginSpec>("exec: names no command");
        var mode = exec.Text("interactiveMode");
        if (mode is not (null or "Never" or "IfAvailable" or "Always"))
            exec.Problem<object>($"exec: interactiveMode must be Never, IfAvailable or Always, not \"{mode}\"");
        return new ExecPluginSpec
        {
            ApiVersion = version,
            Command = command.Contains('/') ? exec.Resolve(command) : command,
            Arguments = [.. exec.Items("args").Select(argument => (argument as YamlScalarNode)?.Value ?? "")],
            Environment = [.. exec.Items("env").Select(Variable).OfType<KeyValuePair<string, string>>()],
            InstallHint = exec.Text("installHint"),
            ProvideClusterInfo = exec.Flag("provideClusterInfo"),
            InteractiveMode = mode ?? "IfAvailable",
            ClusterConfig = ClusterConfig(),
        };
    }

    private KeyValuePair<string, string>? Variable(YamlNode node)
    {
        if (node is YamlMappingNode map && Scalar(map, "name") is { Length: > 0 } name && !name.Contains('='))
            return KeyValuePair.Create(name, Scalar(map, "value") ?? "");
        exec.Problem<object>(node, "exec: an item of env has no name and value");
        return null;
    }

    private JsonNode? ClusterConfig()
    {
        foreach (var item in cluster.Items("extensions").OfType<YamlMappingNode>())
        {
            if (Scalar(item, "name") == ExtensionName && item.Children.TryGetValue(new YamlScalarNode("extension"), out var extension))
                return YamlValue.Json(extension);
        }

        return null;
    }

    private static string? Scalar(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(new YamlScalarNode(key), out var node) ? (node as YamlScalarNode)?.Value : null;
}
