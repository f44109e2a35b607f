"""The officials' desk beyond queues and buttons: who works on a case, notes, tasks, questions to the enterprise, second signatures,
absences, saved filters. Everything works on a `Case` of any queue and on no app in particular.
"""
