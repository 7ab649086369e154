namespace Embark.Sandbox.Docker;

/// <summary>The commands of the stand-in, by their words.</summary>
internal static class Verbs
{
    public static Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var words = call.Request.Words;
        // Old and new spelling of the same: docker ps, docker container ls.
        return words switch
        {
            ["container", "ls" or "list" or "ps", .. var rest] => ListVerbs.PsAsync(call with { Words = rest }, cancellationToken),
            ["container", "inspect", .. var rest] => InspectVerb.RunAsync(call with { Words = ["--type=container", .. rest] }, cancellationToken),
            ["container", var verb, .. var rest] => OneAsync(call with { Words = rest }, verb, cancellationToken),
            ["image", "inspect", .. var rest] => InspectVerb.RunAsync(call with { Words = ["--type=image", .. rest] }, cancellationToken),
            ["image", "ls" or "list", .. var rest] => ListVerbs.ImagesAsync(call with { Words = rest }, cancellationToken),
            ["image", "pull", .. var rest] => ImageVerbs.PullAsync(call with { Words = rest }, cancellationToken),
            ["image", "rm", .. var rest] => ImageVerbs.RemoveAsync(call with { Words = rest }, cancellationToken),
            ["system", "info", .. var rest] => InfoVerbs.InfoAsync(call with { Words = rest }, cancellationToken),
            [var verb, .. var rest] => OneAsync(call with { Words = rest }, verb, cancellationToken),
            [] => HelpAsync(call, cancellationToken),
        };
    }

    private static Task<int> OneAsync(Call call, string verb, CancellationToken cancellationToken) => verb switch
    {
        "run" => RunVerbs.RunAsync(call, cancellationToken),
        "create" => RunVerbs.CreateAsync(call, cancellationToken),
        "start" => LifeVerbs.StartAsync(call, cancellationToken),
        "stop" => LifeVerbs.StopAsync(call, cancellationToken),
        "restart" => LifeVerbs.RestartAsync(call, cancellationToken),
        "kill" => LifeVerbs.KillAsync(call, cancellationToken),
        "rm" => LifeVerbs.RemoveAsync(call, cancellationToken),
        "rename" => LifeVerbs.RenameAsync(call, cancellationToken),
        "wait" => LifeVerbs.WaitAsync(call, cancellationToken),
        "ps" => ListVerbs.PsAsync(call, cancellationToken),
        "inspect" => InspectVerb.RunAsync(call, cancellationToken),
        "logs" => LogVerb.RunAsync(call, cancellationToken),
        "exec" => ExecVerb.RunAsync(call, cancellationToken),
        "pull" => ImageVerbs.PullAsync(call, cancellationToken),
        "rmi" => ImageVerbs.RemoveAsync(call, cancellationToken),
        "images" => ListVerbs.ImagesAsync(call, cancellationToken),
        "version" => InfoVerbs.VersionAsync(call, cancellationToken),
        "info" => InfoVerbs.InfoAsync(call, cancellationToken),
        "help" or "--help" => HelpAsync(call, cancellationToken),
        _ => throw new DockerException($"docker: '{verb}' is not a docker command.\nSee 'docker --help'"),
    };

    private static async Task<int> HelpAsync(Call call, CancellationToken cancellationToken)
    {
        await call.Reply.OutAsync(
            """
            Usage:  docker COMMAND

            The stand-in of Embark's sandbox: containers of its own programs, for trying and testing.

            Commands: create exec images info inspect kill logs ps pull rename restart rm rmi run start stop version wait

            """, cancellationToken);
        return 0;
    }
}
