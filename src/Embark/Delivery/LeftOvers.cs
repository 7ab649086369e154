namespace Embark.Delivery;

/// <summary>What to do with what an interrupted run left behind.</summary>
internal enum LeftOver
{
    /// <summary>There is nothing.</summary>
    None,

    /// <summary>The new proxy stands under its name: if it does well the replacement is finished, else undone.</summary>
    Judge,

    /// <summary>The new proxy never got its name: go back.</summary>
    RollBack,
}

/// <summary>Reads the traces of an interrupted run. Containers are ours by label only, or by the id that was noted when one was taken over.</summary>
internal static class LeftOvers
{
    public static LeftOver In(VmAnswers vm, string container)
    {
        var ours = (vm.Docker?.Containers ?? []).Where(c => c.IsOurs || c.Id == vm.AdoptedId).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var old = ours.Contains($"{container}.old");
        var scratch = vm.Own.Any(o => o.Name is OwnFiles.Next or OwnFiles.Previous or OwnFiles.Bridge);
        if (!old && !scratch && !ours.Contains($"{container}.bridge")) return LeftOver.None;
        return ours.Contains(container) && (old || vm.Starting) ? LeftOver.Judge : LeftOver.RollBack;
    }
}
