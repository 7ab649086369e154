namespace Embark;

/// <summary>Collects what is wrong and what is worth knowing while an input is read, so that all of it is told at once.</summary>
internal sealed class Findings
{
    private readonly List<Problem> _vm = [];

    /// <summary>What is wrong with inputs.</summary>
    public List<Problem> Problems { get; } = [];

    /// <summary>What stops nothing.</summary>
    public List<Problem> Warnings { get; } = [];

    public void Refuse(string where, string what, string fix) => Problems.Add(new Problem(where, what, fix));

    /// <summary>Something is wrong with the VM rather than with an input.</summary>
    public void RefuseVm(string where, string what, string fix) => _vm.Add(new Problem(where, what, fix));

    public void Warn(string where, string what, string fix) => Warnings.Add(new Problem(where, what, fix));

    /// <summary>Takes over what a part found that ran beside others: each part collects on its own, so that the order is always the same.</summary>
    public void Add(Findings part)
    {
        Problems.AddRange(part.Problems);
        Warnings.AddRange(part.Warnings);
        _vm.AddRange(part._vm);
    }

    public void ThrowIfAny(string subject)
    {
        if (Problems.Count + _vm.Count == 0) return;
        throw new InvalidInputException(subject, [.. Problems.Concat(_vm).Distinct()], Problems.Count > 0 ? FailureClass.BadInput : FailureClass.VmNotReady);
    }
}
